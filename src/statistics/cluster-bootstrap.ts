/**
 * @file The paired bootstrap where items come in clusters that share a text, such as MultiRC's answers to one question: a
 * cluster's items err together, so that drawing them one by one would promise too much.
 */
import type { BootstrapSample } from "./paired-bootstrap.js";
import { checkReplicates, indexDrawer, type Resampling } from "./resample.js";

/**
 * The mean difference over items, whole clusters drawn with replacement.
 *
 * @param items.differences second minus first model's credit, [N]
 * @param items.clusters    name of each item's cluster, [N]; at least two
 * @param options.within    `kept` takes a drawn cluster as it is, `drawn` draws its items again; the second errs to the wide side
 * @throws RangeError when there are fewer than two clusters, lengths differ or a difference is not finite
 *
 * Source: Davison and Hinkley (1997), Bootstrap Methods and Their Application, section 3.8; `kept` is their strategy 1.
 */
export function bootstrapClusters(
  items: { readonly differences: readonly number[]; readonly clusters: readonly string[] },
  options: Resampling & { readonly within: "kept" | "drawn" },
): BootstrapSample {
  const { replicates: count, seed, within } = options;
  checkReplicates("bootstrapClusters", count);
  const clusters = clustersOf(items);
  const draw = indexDrawer(seed);
  const chosen = new Int32Array(clusters.length);
  const replicates = new Float64Array(count);
  for (let replicate = 0; replicate < count; replicate++) {
    draw(chosen, clusters.length);
    let [sum, n] = [0, 0];
    for (const index of chosen) {
      const cluster = clusters[index];
      if (!cluster) continue;
      n += cluster.values.length;
      if (within === "kept") sum += cluster.sum;
      else {
        draw(cluster.indices, cluster.values.length);
        for (const at of cluster.indices) sum += cluster.values[at] ?? 0;
      }
    }
    replicates[replicate] = sum / n;
  }
  const total = clusters.reduce((sum, cluster) => sum + cluster.sum, 0);
  return { estimate: total / items.differences.length, replicates, acceleration: null };
}

interface Cluster {
  readonly values: readonly number[];
  readonly sum: number;
  /** Room for the drawn items. */
  readonly indices: Int32Array;
}

function clustersOf({
  differences,
  clusters,
}: {
  readonly differences: readonly number[];
  readonly clusters: readonly string[];
}): Cluster[] {
  if (differences.length !== clusters.length || differences.some((value) => !Number.isFinite(value)))
    throw new RangeError(
      `bootstrapClusters: every finite difference must have its cluster, got ${differences.length} differences and ` +
        `${clusters.length} clusters. Leave out items that were not scored.`,
    );
  const valuesOf = new Map<string, number[]>();
  differences.forEach((difference, item) => {
    const name = clusters[item] ?? "";
    const values = valuesOf.get(name);
    if (values) values.push(difference);
    else valuesOf.set(name, [difference]);
  });
  if (valuesOf.size < 2)
    throw new RangeError(
      `bootstrapClusters: there must be at least two clusters, got ${valuesOf.size}. One cluster cannot say how clusters differ.`,
    );
  return [...valuesOf.values()].map((values) => ({
    values,
    sum: values.reduce((sum, value) => sum + value, 0),
    indices: new Int32Array(values.length),
  }));
}
