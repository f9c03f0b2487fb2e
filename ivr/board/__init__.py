"""The live board (实时看板) and the screen pop (来电弹屏): what they are made of."""
