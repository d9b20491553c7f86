// What Go's own checksum database code says of our receipts and consistency proofs: reads one JSON object per line, and
// answers each with a line: true or false.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"interop/note"
	"interop/tlog"
)

type question struct {
	Key        string
	Leaf       []byte
	Index      int64
	Proof      [][]byte
	Checkpoint string
	Old        string
}

func hash(data []byte) (found tlog.Hash) {
	copy(found[:], data)
	return
}

func hashes(proof [][]byte) (found []tlog.Hash) {
	for _, one := range proof {
		if len(one) != tlog.HashSize {
			return nil
		}
		found = append(found, hash(one))
	}
	return
}

// head opens a checkpoint by the log's key, and reads its size and root.
func head(checkpoint, key string) (size int64, root tlog.Hash, err error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return
	}
	lines := bytes.Split([]byte(opened.Text), []byte("\n"))
	if len(lines) < 4 || string(lines[0]) != verifier.Name() {
		return 0, root, fmt.Errorf("no checkpoint")
	}
	if size, err = strconv.ParseInt(string(lines[1]), 10, 64); err != nil {
		return
	}
	root, err = tlog.ParseHash(string(lines[2]))
	return
}

func holds(asked question) bool {
	size, root, err := head(asked.Checkpoint, asked.Key)
	if err != nil {
		return false
	}
	proof := hashes(asked.Proof)
	if len(proof) != len(asked.Proof) {
		return false
	}
	if asked.Old == "" {
		return tlog.CheckRecord(proof, size, root, asked.Index, tlog.RecordHash(asked.Leaf)) == nil
	}
	oldSize, oldRoot, err := head(asked.Old, asked.Key)
	return err == nil && tlog.CheckTree(proof, size, root, oldSize, oldRoot) == nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		fmt.Fprintln(answers, holds(asked))
	}
}
