import { ElTableColumn, type TableColumnCtx } from 'element-plus'
import type { VNode } from 'vue'

interface TypedColumn<Row extends object> {
  new (): {
    $props: InstanceType<typeof ElTableColumn>['$props']
    $slots: { default?: (cell: { row: Row; column: TableColumnCtx; $index: number }) => VNode[] }
  }
}

/** Element Plus's table column, whose slot knows what kind of row it shows. */
export function columnOf<Row extends object>(): TypedColumn<Row> {
  return ElTableColumn as unknown as TypedColumn<Row>
}
