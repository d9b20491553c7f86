// What Go's own code for signed notes says of cosigned checkpoints: reads one JSON object per line, and answers each with
// true if every key's signature is under the checkpoint, and right. Cosignatures (C2SP tlog-cosignature v1.0.1, 0x04)
// are a kind of signature that it doesn't know but can be taught.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"interop/note"
)

const cosignature = 0x04

type question struct {
	Keys       []string
	Checkpoint string
}

type witness struct {
	name string
	key  ed25519.PublicKey
}

func (w witness) Name() string { return w.name }

func (w witness) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(w.name+"\n\x04"), w.key...))
	return binary.BigEndian.Uint32(sum[:4])
}

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(w.key, []byte(signed), signature[8:])
}

func verifier(key string) (note.Verifier, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) == 3 {
		material, err := base64.StdEncoding.DecodeString(parts[2])
		if err == nil && len(material) == 33 && material[0] == cosignature {
			return witness{parts[0], material[1:]}, nil
		}
	}
	return note.NewVerifier(key)
}

func holds(asked question) bool {
	var verifiers []note.Verifier
	for _, key := range asked.Keys {
		one, err := verifier(key)
		if err != nil {
			return false
		}
		verifiers = append(verifiers, one)
	}
	opened, err := note.Open([]byte(asked.Checkpoint), note.VerifierList(verifiers...))
	return err == nil && len(opened.Sigs) == len(verifiers)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		fmt.Println(holds(asked))
	}
}
