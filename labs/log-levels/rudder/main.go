// Stands in for rudder-server's admin socket and for rudder-cli, which is how its log levels are set:
// Go's net/rpc over HTTP on a Unix socket, methods Admin.SetLogLevel and Admin.GetLoggingConfig.
//
//	rudder serve SOCKET            answers until it is ended; prints each change
//	rudder logging -m NAME -l LEVEL
//	rudder logging-config          both ask RUDDER_TMPDIR/rudder-server.sock
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

var levels = map[string]int{"EVENT": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "ERROR": 4, "FATAL": 5}

// SetLogLevelArgs is what SetLogLevel takes; an empty module is the root.
type SetLogLevelArgs struct {
	Module string
	Level  string
}

// Admin answers as rudder-server does: a change empties the list of loggers, and those that log are in it again.
type Admin struct {
	lock       sync.Mutex
	configured map[string]int
	cache      map[string]int
}

func (a *Admin) level(name string) int {
	for {
		if level, ok := a.configured[name]; ok {
			return level
		}
		if name == "" {
			return levels["INFO"]
		}
		name = name[:max(0, strings.LastIndex(name, "."))]
	}
}

// SetLogLevel sets the level of a module.
func (a *Admin) SetLogLevel(args SetLogLevelArgs, reply *string) error {
	level, ok := levels[args.Level]
	if !ok {
		return fmt.Errorf("invalid level %q", args.Level)
	}
	a.lock.Lock()
	defer a.lock.Unlock()
	a.configured[args.Module] = level
	a.cache = map[string]int{}
	fmt.Printf("%s=%s\n", args.Module, args.Level)
	*reply = fmt.Sprintf("Module %s log level set to %s", args.Module, args.Level)
	return nil
}

// GetLoggingConfig tells loggers and their levels as JSON.
func (a *Admin) GetLoggingConfig(_ struct{}, reply *string) error {
	a.lock.Lock()
	defer a.lock.Unlock()
	text, err := json.MarshalIndent(a.cache, "", "\t")
	*reply = string(text)
	for _, name := range []string{"router.GA", "router.KAFKA", "gateway"} {
		a.cache[name] = a.level(name) // each logs again after a while
	}
	return err
}

func serve(path string) {
	admin := &Admin{configured: map[string]int{"": 2, "router.KAFKA": 4}, cache: map[string]int{}}
	if err := rpc.Register(admin); err != nil {
		log.Fatal(err)
	}
	rpc.HandleHTTP()
	listener, err := net.Listen("unix", path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	log.Fatal(http.Serve(listener, nil))
}

func ask(method string, args any) {
	path := filepath.Join(os.Getenv("RUDDER_TMPDIR"), "rudder-server.sock")
	client, err := rpc.DialHTTP("unix", path)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	var reply string
	if err := client.Call(method, args, &reply); err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply)
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("want serve, logging or logging-config")
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2])
	case "logging-config":
		ask("Admin.GetLoggingConfig", struct{}{})
	case "logging":
		flags := flag.NewFlagSet("logging", flag.ExitOnError)
		module := flags.String("m", "", "module")
		level := flags.String("l", "", "level")
		_ = flags.Parse(os.Args[2:])
		if *module == "root" {
			*module = ""
		}
		ask("Admin.SetLogLevel", SetLogLevelArgs{Module: *module, Level: *level})
	default:
		log.Fatalf("no such command: %s", os.Args[1])
	}
}
