import { BarChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import type { BarSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'
import { onMounted, onScopeDispose, watch, type Ref } from 'vue'

use([BarChart, GridComponent, LegendComponent, SVGRenderer])

export type BarOption = ComposeOption<BarSeriesOption | GridComponentOption | LegendComponentOption>

/** Draw `option` into `element` and keep it drawn as either changes. */
export function useChart(element: Ref<HTMLElement | null>, option: Ref<BarOption>): void {
  let chart: ECharts | null = null
  let drawn = ''

  function draw(): void {
    // Asked for each second, changed now and then.
    const wanted = JSON.stringify(option.value)
    if (!chart || wanted === drawn) return
    drawn = wanted
    chart.setOption(option.value, { notMerge: true })
  }

  const observer = new ResizeObserver(() => chart?.resize())
  onMounted(() => {
    if (!element.value) return
    chart = init(element.value, null, { renderer: 'svg' })
    observer.observe(element.value)
    draw()
  })
  watch(option, draw)
  onScopeDispose(() => {
    observer.disconnect()
    chart?.dispose()
  })
}
