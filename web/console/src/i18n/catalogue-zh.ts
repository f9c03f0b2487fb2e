/** The catalogue of classes (部件与事件) and their severity rows. */
export const catalogueZh = {
  catalogue: {
    title: '类别目录',
    failed: '目录加载失败',
    code: '编码',
    kind: '部件/事件',
    major: '大类',
    minor: '小类',
    none: '没有类别',
  },
}
