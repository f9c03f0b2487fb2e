const GIB = 1024

/** Mebibytes in words a person reads: 512 MiB, 1.5 GiB. */
export function mebibytes(mib: number): string {
  return mib < GIB ? `${Math.round(mib)} MiB` : `${(mib / GIB).toFixed(1)} GiB`
}
