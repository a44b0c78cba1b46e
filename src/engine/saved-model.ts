/**
 * @file TensorFlow's graph format: nodes as plain objects, written as a SavedModel, the one form in which tfjs-node
 * takes a graph. Field numbers are those of TensorFlow's .proto files of the same names.
 */
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
message MetaGraphDef { MetaInfoDef meta_info_def = 1; bytes graph_def = 2; }
message MetaInfoDef { repeated string tags = 4; string tensorflow_version = 5; }
message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; }
message VersionDef { int32 producer = 1; }
message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
message AttrValue {
  oneof value { bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; TensorShapeProto shape = 7;
    TensorProto tensor = 8; ListValue list = 1; }
}
message ListValue { repeated int64 i = 3; }
message TensorShapeProto { message Dim { int64 size = 1; } repeated Dim dim = 2; bool unknown_rank = 3; }
message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
`;

const PRODUCER = 1882; // graph version of TensorFlow 2.20

interface ShapeProto {
  readonly dim: readonly { readonly size: number }[];
  readonly unknownRank?: boolean;
}

/** One attribute of a node. */
export type NodeAttribute =
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeProto }
  | { readonly list: { readonly i: readonly number[] } }
  | {
      readonly tensor: {
        readonly dtype: number;
        readonly tensorShape: ShapeProto;
        readonly tensorContent: Uint8Array;
      };
    };

/** One node: `input` names nodes, `NAME:1` their further outputs, `^NAME` what must only have run before. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, NodeAttribute>>;
  /** Not part of the format: how many values it makes. */
  readonly numOutputs: number;
}

/** A shape in TensorFlow's format. */
export const shapeProto = (shape: readonly number[]): ShapeProto => ({
  dim: shape.map((size) => ({ size })),
});

/** No shape at all. */
export const UNKNOWN_SHAPE: ShapeProto = { dim: [], unknownRank: true };

const schema = protobuf.parse(SCHEMA).root;
const savedModel = schema.lookupType("SavedModel");
const graphDef = schema.lookupType("GraphDef");

/** Nodes as part of a graph in TensorFlow's format: parts one after the other are a graph of all their nodes. */
export const encodeNodes = (nodes: readonly GraphNode[]): Uint8Array =>
  graphDef.encode({ node: nodes }).finish();

/** The bytes of `saved_model.pb` for one graph under the tag `serve`. @param parts from {@link encodeNodes} */
export function encodeSavedModel(parts: readonly Uint8Array[]): Uint8Array {
  const versions = graphDef.encode({ versions: { producer: PRODUCER } }).finish();
  return savedModel
    .encode({
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { tags: ["serve"], tensorflowVersion: "2.20.0" },
          graphDef: Buffer.concat([...parts, versions]),
        },
      ],
    })
    .finish();
}
