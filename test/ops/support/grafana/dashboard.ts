import type { Options as BarGaugeOptions } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as StateTimelineFields,
  Options as StateTimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesFields,
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type {
  Dashboard as AnyDashboard,
  Panel as AnyPanel,
  FieldConfig,
  RowPanel,
} from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen';

/** A dashboard as JSON: Grafana's own types, with the fields that these panels and queries need. */
export type Dashboard = Omit<Plain<AnyDashboard>, Demanded | 'panels'> &
  Required<Pick<Plain<AnyDashboard>, Demanded>> & { readonly panels: readonly (Row | Panel)[] };

type Demanded = 'uid' | 'title' | 'templating' | 'time';

export type Row = Plain<Omit<RowPanel, 'gridPos'>> & { readonly gridPos: Place };

export type Panel =
  | PanelOf<'stat', StatOptions, never>
  | PanelOf<'bargauge', BarGaugeOptions, never>
  | PanelOf<'timeseries', TimeSeriesOptions, TimeSeriesFields>
  | PanelOf<'state-timeline', StateTimelineOptions, StateTimelineFields>;

export interface Place {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

export interface Target {
  readonly refId: string;
  readonly datasource: DataSource;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
  readonly range: boolean;
}

interface DataSource {
  readonly type: 'prometheus';
  readonly uid: '${datasource}';
}

type PanelOf<Kind, Options, Fields> = Omit<
  Plain<AnyPanel>,
  'id' | 'type' | 'title' | 'description' | 'gridPos' | 'datasource' | 'options' | 'fieldConfig' | 'targets'
> & {
  readonly id: number;
  readonly type: Kind;
  readonly title: string;
  readonly description: string;
  readonly gridPos: Place;
  readonly datasource: DataSource;
  readonly options: Plain<Options>;
  readonly fieldConfig: {
    readonly defaults: Omit<Plain<FieldConfig>, 'custom' | 'unit'> & {
      readonly unit: string;
      readonly custom?: Plain<Fields>;
    };
    readonly overrides: readonly unknown[];
  };
  readonly targets: readonly Target[];
};

/** The members of an enum as their JSON values. */
type Plain<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number
      ? `${T}` extends `${infer N extends number}`
        ? N
        : never
      : T extends readonly (infer Item)[]
        ? Plain<Item>[]
        : T extends object
          ? { [Key in keyof T]: Plain<T[Key]> }
          : T;
