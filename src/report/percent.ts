/** @file From proportions, which the kit computes with, to percents, which tables and figures show. */

/** A proportion as percent; every proportion of a table or figure passes here. */
export const toPercent = (proportion: number): number => proportion * 100;
