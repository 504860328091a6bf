import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface Axis {
  readonly name: string;
  readonly kind?: 'value' | 'log';
  readonly max?: number;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Each by its name, with its points. */
  readonly lines: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;
}

const SIZE = { width: 640, height: 320 };
const FEW = 30;
/** How it looks under the mouse, which is of no use in a picture. */
const HOVER = / class="[^"]*"|<style[\s\S]*?<\/style>\n/g;
/** It numbers what it drew since it was loaded. */
const NUMBER = /\bzr\d+-/g;

/** Draws a chart as SVG; the same bytes for the same figures. */
export const draw = ({ title, x, y, lines }: Chart): string => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    // For readers whose page is dark, too.
    backgroundColor: '#fff',
    title: { text: title, left: 'center', textStyle: { fontSize: 14 } },
    legend: { bottom: 4 },
    grid: { top: 48, bottom: 72, left: 64, right: 32 },
    xAxis: { ...axis(x), nameLocation: 'middle', nameGap: 26 },
    yAxis: { ...axis(y), min: y.kind === 'log' ? undefined : 0 },
    series: Object.entries(lines).map(([name, points]) => ({
      name,
      type: 'line',
      data: points.map((point) => [...point]),
      showSymbol: points.length < FEW,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const plain = svg.replaceAll(HOVER, '').replaceAll(NUMBER, 'zr-');
  // For those who cannot see it.
  return `${plain.replace('>', `><title>${title}</title>`)}\n`;
};

const axis = ({ name, kind = 'value', max }: Axis) => ({ type: kind, name, ...(max !== undefined && { max }) });
