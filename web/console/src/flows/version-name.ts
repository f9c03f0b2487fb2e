import { t } from '@/i18n'

/** 第 3 版, or 随产品附带 for what came with the product. */
export function versionName(version: number): string {
  return version === 0 ? t.value.flows.packaged : t.value.flows.versionOf(version)
}
