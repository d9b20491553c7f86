// What @sigstore/verify says of our receipts: reads one JSON object per line, and answers each with a line: true or false.
"use strict";
const { createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
// Its proofs' code is exported by no public path.
const folder = join(dirname(require.resolve("@sigstore/verify")), "tlog");
const { verifyMerkleInclusion } = require(join(folder, "merkle.js"));
const { verifyCheckpoint } = require(join(folder, "checkpoint.js"));

const SPKI = Buffer.from("302a300506032b6570032100", "hex"); // what comes before an Ed25519 key (RFC 8410)

function log(key) {
  const [name, id, encoded] = key.split("+", 2).concat(key.split("+").slice(2).join("+"));
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(encoded, "base64").subarray(1)]),
    format: "der",
    type: "spki",
  });
  return { logID: Buffer.from(id, "hex"), baseURL: `https://${name}`, publicKey };
}

function holds(asked) {
  const entry = {
    canonicalizedBody: Buffer.from(asked.leaf, "base64"),
    inclusionProof: {
      logIndex: String(asked.index),
      hashes: asked.proof.map((one) => Buffer.from(one, "base64")),
      checkpoint: { envelope: asked.checkpoint },
    },
  };
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log(asked.key)]));
    return true;
  } catch (error) {
    if (error.name === "VerificationError" || error.constructor.name === "VerificationError") return false;
    throw error;
  }
}

for (const line of readFileSync(0, "utf8").trim().split("\n")) console.log(holds(JSON.parse(line)));
