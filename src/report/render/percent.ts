/** @file From proportions, which the kit computes with, to percents, which tables and figures show. */

/** A proportion as percent; whatever `report` shows passes here. */
export const toPercent = (proportion: number): number => proportion * 100;
