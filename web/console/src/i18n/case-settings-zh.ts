/** The section 案卷设置; each of its pages has a file of its own. */
export const caseSettingsZh = {
  caseSettings: {
    title: '案卷设置',
  },
}
