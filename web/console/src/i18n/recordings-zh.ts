/** The transcription's state. */
export const recordingsZh = {
  transcription: {
    title: '语音转写',
    ready: '转写就绪',
    test: '测试模型',
    no_model: '尚无转写模型',
    downloading: '模型下载中',
    model: '模型',
    testHelp:
      '这段文字由随产品附带的小型测试模型生成。它只用合成语音训练，用来验证流程；对真人语音的识别结果不可信，请以录音为准。',
    workers: '识别进程（忙/全部）',
    waiting: '等待转写',
    failedOnes: '转写失败、稍后重试',
    noModelHelp: '录音已保存，得到模型后会自动转写。',
  },
}
