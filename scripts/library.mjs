/** @file The compiled library module by module, for measurements that need more of it than its public surface. */

/** @param {string} path below `src/dist` */
export const source = (path) => import(new URL(`../src/dist/${path}`, import.meta.url).href);
