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
  /** The points of each line, by its name. */
  readonly lines: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;
}

const SIZE = { width: 640, height: 320 };
const MAX_POINTS_WITH_SYMBOLS = 30;
/** Styles for hovering, which a picture does not need. */
const HOVER = / class="[^"]*"|<style[\s\S]*?<\/style>\n/g;
/** A running number of the library, which differs between runs. */
const NUMBER = /\bzr\d+-/g;

/** Draws a chart as SVG: the same bytes for the same figures. */
export const draw = ({ title, x, y, lines }: Chart): string => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    // White, so that it is readable on a dark page, too.
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
      showSymbol: points.length < MAX_POINTS_WITH_SYMBOLS,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const plain = svg.replaceAll(HOVER, '').replaceAll(NUMBER, 'zr-');
  // For screen readers.
  return `${plain.replace('>', `><title>${title}</title>`)}\n`;
};

const axis = ({ name, kind = 'value', max }: Axis) => ({ type: kind, name, ...(max !== undefined && { max }) });
