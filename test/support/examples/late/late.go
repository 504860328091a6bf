// Redeems and tracks as standard input says: "redeem TICKET", then "track" for the oldest redeemed ticket.

package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"strings"
)

func main() {
	gateway := NewGateway(os.Getenv("TICKETD_URL"), os.Getenv("GATEWAY_KEY"), "")
	var redeemed []Admission
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		command, ticket, _ := strings.Cut(lines.Text(), " ")
		if command == "redeem" {
			admission, err := gateway.Redeem(context.Background(), []string{ticket}, nil, "/")
			if err != nil {
				log.Fatal(err)
			}
			redeemed = append(redeemed, admission)
			fmt.Println("redeemed")
		} else {
			fmt.Println("tracked")
			gateway.Track(redeemed[0], func(code int, _ string) { fmt.Println("closed", code) })
			redeemed = redeemed[1:]
		}
	}
}
