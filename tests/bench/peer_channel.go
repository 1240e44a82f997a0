// A peer: nanoseconds per record and hop through Go's channels on one thread.
// source -> 10 goroutines -> sink, 64-byte records. Prints that number alone,
// the best of several rounds, each of which is divided by its 11 channels. It is
// the processor's time that is taken, as with ours.
//
// The argument is forward (a goroutine passes on the pointer it received) or
// copy (it writes a new record of the same bytes). Records come from a ring
// that is larger than what all channels hold, so nothing is allocated while
// they flow and the collector has nothing to do.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

const (
	stages  = 10
	buffer  = 512
	records = 1000000
	rounds  = 5
	// More than lie in a channel and in the hands at its two ends.
	ring = 1024
	// The source's ring is passed on through all of the channels.
	long = 8192
)

type record struct {
	body [64]byte
}

func source(out chan<- *record) {
	pool := make([]record, long)
	for i := 0; i < records; i++ {
		r := &pool[i%long]
		r.body[0] = byte(i)
		out <- r
	}
	close(out)
}

func forward(in <-chan *record, out chan<- *record) {
	for r := range in {
		out <- r
	}
	close(out)
}

func copied(in <-chan *record, out chan<- *record) {
	pool := make([]record, ring)
	i := 0
	for r := range in {
		next := &pool[i%ring]
		i++
		next.body = r.body
		out <- next
	}
	close(out)
}

func nowNs() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fmt.Fprintln(os.Stderr, "peer_channel:", err)
		os.Exit(1)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func round(stage func(<-chan *record, chan<- *record)) float64 {
	channel := make(chan *record, buffer)
	began := nowNs()
	go source(channel)
	for i := 0; i < stages; i++ {
		next := make(chan *record, buffer)
		go stage(channel, next)
		channel = next
	}
	count, sum := 0, 0
	for r := range channel {
		count++
		sum += int(r.body[0])
	}
	took := nowNs() - began
	if count != records {
		fmt.Fprintln(os.Stderr, "peer_channel: records were lost")
		os.Exit(1)
	}
	return float64(took) / float64(records) / (stages + 1)
}

func main() {
	stage := forward
	if len(os.Args) > 1 && os.Args[1] == "copy" {
		stage = copied
	}
	runtime.GOMAXPROCS(1)
	best := round(stage)
	for i := 1; i < rounds; i++ {
		if took := round(stage); took < best {
			best = took
		}
	}
	fmt.Printf("%.3f\n", best)
}
