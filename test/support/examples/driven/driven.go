// Does what standard input says: "redeem TICKET", then "track" for the oldest redeemed ticket; or "serve" HTTP.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	gateway := NewGateway(os.Getenv("TICKETD_URL"), os.Getenv("GATEWAY_KEY"), "")
	fetchSite, host := "same-origin", "app.example"
	source := Source{Path: "/", FetchSite: &fetchSite, Host: &host}
	var redeemed []Admission
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		command := strings.Fields(lines.Text())
		switch command[0] {
		case "redeem":
			admission, err := gateway.Redeem(context.Background(), command[1:], source)
			var refused *Refused
			if errors.As(err, &refused) {
				fmt.Println("refused", refused.Status)
			} else {
				redeemed = append(redeemed, admission)
				fmt.Println("redeemed")
			}
		case "track":
			fmt.Println("tracked")
			gateway.Track(redeemed[0], func(code int, _ string) { fmt.Println("closed", code) })
			redeemed = redeemed[1:]
		case "serve":
			fmt.Println("http://" + serve(gateway))
		}
	}
}

// serve answers all admitted requests with an empty 200, and returns its address.
func serve(gateway *Gateway) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, gateway.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	return listener.Addr().String()
}
