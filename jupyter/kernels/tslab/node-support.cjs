/**
 * @file Lets tfjs-node-gpu 4.22.0 load in the kernel on every supported Node, quietly; the library's engine does
 * the same for the command line.
 */
"use strict";
const util = require("node:util");

// The package calls two functions that Node 22 warns about and Node 23 removed or still warns about
// (tensorflow/tfjs#8609, fixed upstream but unreleased).
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;

// TensorFlow's start-up notes go to the process' stderr, where they would look like errors.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
