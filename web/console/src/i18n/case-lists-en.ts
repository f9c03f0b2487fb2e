import type { caseListsZh } from './case-lists-zh'

export const caseListsEn: typeof caseListsZh = {
  caseLists: {
    words: 'Words of description and address',
    unit: 'Unit in charge',
    overdue: 'Overdue only',
    sort: 'Order',
    sorts: { newest: 'Newest first', oldest: 'Oldest first', due: 'Next due', changed: 'Last changed' },
    export: 'Export',
  },
}
