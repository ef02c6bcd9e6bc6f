package keychain

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

type opKind int

const (
	opGet opKind = iota
	opSet
	opDelete
)

// job is one call for the worker.
type job struct {
	op          opKind
	name, value string
	gen         uint64
	gone        atomic.Bool // the caller left: what was not begun is not done, what can be undone is
	applied     bool        // a Set whose new value is in the keychain; under Keychain.mu
	done        chan outcome
}

type outcome struct {
	value string
	err   error
}

// newJob is called under mu.
func (k *Keychain) newJob(op opKind, name, value string) *job {
	return &job{op: op, name: name, value: value, gen: k.gens[name], done: make(chan outcome, 1)}
}

// do hands a job to the worker and waits: for its end, the caller's ctx, or the deadline of the moment.
func (k *Keychain) do(ctx context.Context, j *job) (string, error) {
	if err := k.enqueue(j); err != nil {
		return "", err
	}
	begun := time.Now()
	timer := time.NewTimer(k.waits.normal)
	defer timer.Stop()
	for {
		select {
		case o := <-j.done:
			return o.value, o.err
		case <-ctx.Done():
			j.gone.Store(true)
			return "", ctx.Err()
		case <-k.quit:
			return "", ErrClosed
		case <-timer.C:
			quiet := k.silence()
			if quiet < k.waits.normal {
				timer.Reset(k.waits.normal - quiet + time.Millisecond) // it is busy, with this call or one before
				continue
			}
			if !k.prompting.Load() {
				err := fmt.Errorf("%w: it did not answer within %v", ErrUnavailable, k.waits.normal)
				k.note(err)
				return "", err
			}
			if time.Since(begun) >= k.waits.prompt || quiet >= k.waits.prompt { // nobody answers: who comes behind is not held up as long again
				return "", fmt.Errorf("%w, for %v now", ErrPending, k.waits.prompt)
			}
			timer.Reset(min(k.waits.normal, k.waits.prompt-time.Since(begun)+time.Millisecond))
		}
	}
}

func (k *Keychain) enqueue(j *job) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return ErrClosed
	}
	if k.store == nil {
		if j.op != opSet {
			return ErrNotFound // memory is all there is
		}
		return k.system.probe(context.Background()).cause
	}
	if !k.started {
		k.started = true
		k.alive()
		go k.work()
	}
	select {
	case k.jobs <- j:
		return nil
	default:
		return fmt.Errorf("%w: %d calls wait behind it", ErrPending, maxQueue)
	}
}

// alive marks a sign of life of the worker; silence is how long there was none.
func (k *Keychain) alive() { k.sign.Store(time.Now().UnixNano()) }

func (k *Keychain) silence() time.Duration {
	return time.Duration(time.Now().UnixNano() - k.sign.Load())
}

// work is the worker: the only goroutine that calls the store. go-keyring's calls disturb each other (it takes the
// first signal on its connection, whoever it is for).
func (k *Keychain) work() {
	for {
		select {
		case <-k.quit:
			return
		case j := <-k.jobs:
			k.alive()
			if j.gone.Load() {
				j.done <- outcome{err: context.Canceled}
				continue
			}
			value, err := k.run(j)
			k.settle(j, value, err)
			j.done <- outcome{value, err}
			k.alive()
		}
	}
}

// run does one job.
func (k *Keychain) run(j *job) (value string, err error) {
	defer func() {
		if r := recover(); r != nil { // go-keyring asserts types of what the service sends
			err = fmt.Errorf("%w: its answer was not understood", ErrUnavailable)
		}
		k.prompting.Store(false)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), k.waits.normal)
	p := k.system.probe(ctx)
	cancel()
	switch {
	case p.state == Unavailable:
		return "", classify(cmpErr(p.cause, ErrUnavailable))
	case p.state == Locked && !p.canPrompt:
		return "", fmt.Errorf("%w and there is no screen to ask on", ErrLocked)
	}
	k.prompting.Store(p.canPrompt)
	s := items{store: k.store, service: k.service, job: j, quit: k.quit, alive: k.alive}
	switch j.op {
	case opSet:
		err = s.set(j.name, j.value)
	case opDelete:
		err = s.delete(j.name)
	case opGet:
		value, err = s.get(j.name)
	}
	return value, classify(err)
}

func cmpErr(err, or error) error {
	if err != nil {
		return err
	}
	return or
}

// settle makes what the worker found out the truth, unless the name was set or deleted again since: then a later
// job brings it. It also runs for callers that left.
func (k *Keychain) settle(j *job, value string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	switch {
	case err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt):
		k.failed = nil
	case errors.Is(err, ErrUnavailable):
		k.failed = err
	}
	if k.gens[j.name] != j.gen || err != nil {
		return
	}
	switch j.op {
	case opGet:
		k.entries[j.name] = entry{value, InKeychain}
	case opSet:
		j.applied = true
		k.entries[j.name] = entry{j.value, InKeychain}
	case opDelete:
	}
}

func (k *Keychain) note(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed = err
}
