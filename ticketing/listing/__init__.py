"""Lists of cases: filters, words, order, pages; and the same rows as a file (导出)."""
