// One small static program for what the test cluster needs besides Kubernetes:
//
//	box pause              the container that holds a pod's namespaces: sleeps, reaps, ends on a signal
//	box forward FROM TO    copies connections; FROM and TO are tcp:ADDRESS:PORT or unix:PATH. Prints the address it
//	                       listens on, and ends when its standard input does, so that it never outlives its parent
//	box get URL            prints the body of an HTTP answer, asking again until it is 200 (30 s)
//	box say N TEXT         prints N numbered lines
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "box:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "pause":
		return pause()
	case len(args) == 3 && args[0] == "forward":
		return forward(args[1], args[2])
	case len(args) == 2 && args[0] == "get":
		return get(args[1])
	case len(args) == 3 && args[0] == "say":
		return say(args[1], args[2])
	}
	return errors.New("usage: box pause | forward FROM TO | get URL | say N TEXT")
}

func pause() error {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			break
		}
		for {
			if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
				break
			}
		}
	}
	return nil
}

func forward(from, to string) error {
	network, address, _ := strings.Cut(from, ":")
	listener, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		near, err := listener.Accept()
		if err != nil {
			return err
		}
		go relay(near, to)
	}
}

// The two directions end each on its own: half-closed connections work.
func relay(near net.Conn, to string) {
	defer near.Close()
	network, address, _ := strings.Cut(to, ":")
	far, err := net.Dial(network, address)
	if err != nil {
		fmt.Fprintln(os.Stderr, "box:", err)
		return
	}
	defer far.Close()
	done := make(chan struct{})
	pump := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = to.(interface{ CloseWrite() error }).CloseWrite()
		done <- struct{}{}
	}
	go pump(far, near)
	go pump(near, far)
	<-done
	<-done
}

func get(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		answer, err := client.Get(url)
		if err == nil {
			defer answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				_, err = io.Copy(os.Stdout, answer.Body)
				return err
			}
			err = errors.New(answer.Status)
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

func say(count, text string) error {
	n, err := strconv.Atoi(count)
	for i := 1; i <= n; i++ {
		fmt.Println(i, text)
	}
	return err
}
