import type { Trend } from '../../../ops/build/capacity/results.ts';

/** A line through points by least squares, with the standard error of its slope. */
export const trendOf = (points: readonly (readonly [hours: number, mb: number])[]): Trend => {
  const { length } = points;
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / length;
  const [meanHours, meanMb] = [meanOf(points.map(([hours]) => hours)), meanOf(points.map(([, mb]) => mb))];
  const sumOf = (of: (hours: number, mb: number) => number) =>
    points.reduce((sum, [hours, mb]) => sum + of(hours - meanHours, mb - meanMb), 0);
  const spread = sumOf((hours) => hours ** 2);
  const slope = sumOf((hours, mb) => hours * mb) / spread;
  const scatter = sumOf((hours, mb) => (mb - slope * hours) ** 2) / (length - 2);
  return { meanMb, slopeMbPerHour: slope, errorMbPerHour: Math.sqrt(scatter / spread) };
};
