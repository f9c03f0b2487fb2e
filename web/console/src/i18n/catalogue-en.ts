import type { catalogueZh } from './catalogue-zh'

export const catalogueEn: typeof catalogueZh = {
  catalogue: {
    title: 'Catalogue',
    failed: 'Could not load the catalogue',
    code: 'Code',
    kind: 'Part/event',
    major: 'Major class',
    minor: 'Minor class',
    none: 'No classes',
  },
}
