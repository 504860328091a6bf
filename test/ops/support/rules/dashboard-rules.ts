import type { Rule } from './container-rules.ts';

export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly region?: string;
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

const GRID_COLUMNS = 24;

/** What a widget of this type requires. */
const NEEDED: Readonly<Record<string, readonly (keyof Widget['properties'])[]>> = {
  alarm: ['title', 'alarms'],
  metric: ['title', 'region', 'metrics'],
  log: ['title', 'region', 'query'],
};

/** The widgets of a dashboard's body; throws where it is not JSON. */
export const widgetsOf = (body: string): readonly Widget[] => JSON.parse(body).widgets ?? [];

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
export const dashboardRules: Rule<string> = (body) => {
  try {
    const widgets = widgetsOf(body);
    if (widgets.length === 0) return ['no widgets'];
    return widgets.flatMap((widget, index) =>
      [
        ...widgetRules(widget),
        ...(widgets.slice(0, index).some((other) => overlap(widget, other)) ? ['overlaps'] : []),
      ].map((problem) => `${widget.properties?.title ?? index}: ${problem}`),
    );
  } catch (error) {
    return [String(error)];
  }
};

const widgetRules: Rule<Widget> = ({ type, x, width, properties }) => {
  const needed = NEEDED[type];
  if (needed === undefined) return [`no widget is of type ${type}`];
  return [
    ...needed.filter((name) => properties?.[name] === undefined).map((name) => `no ${name}`),
    ...(x + width > GRID_COLUMNS ? ['beyond the right edge'] : []),
    ...(properties?.metrics ?? []).filter((metric) => !isMetric(metric)).map((metric) => `not a metric: ${metric}`),
  ];
};

/** `[namespace, name, (dimension, value)*, options?]` */
const isMetric = (metric: readonly unknown[]): boolean => {
  const texts = typeof metric.at(-1) === 'object' ? metric.slice(0, -1) : metric;
  return texts.length >= 2 && texts.length % 2 === 0 && texts.every((text) => typeof text === 'string');
};

const overlap = (one: Widget, other: Widget): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;
