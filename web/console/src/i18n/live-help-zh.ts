export const liveHelpZh = {
  help: {
    title: '实时辅助',
    testModel: '测试模型，仅供演示',
    caller: '来电人',
    seat: '热线',
    take: '填入',
    takeTitle: '把这句话填入问题描述',
    categories: '建议类别',
    articles: '相关知识',
    why: (words: string) => `依据：${words}`,
  },
}
