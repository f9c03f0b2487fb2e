import type { caseSettingsZh } from './case-settings-zh'

export const caseSettingsEn: typeof caseSettingsZh = {
  caseSettings: {
    title: 'Case setup',
  },
}
