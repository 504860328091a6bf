// Redeems and tracks as standard input says: "redeem TICKET", then "track" for the oldest redeemed ticket.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

func main() {
	gateway := NewGateway(os.Getenv("TICKETD_URL"), os.Getenv("GATEWAY_KEY"), "")
	var redeemed []Admission
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		command := strings.Fields(lines.Text())
		if command[0] == "redeem" {
			admission, err := gateway.Redeem(context.Background(), command[1:], nil, "/")
			var refused *Refused
			if errors.As(err, &refused) {
				fmt.Println("refused", refused.Status)
			} else {
				redeemed = append(redeemed, admission)
				fmt.Println("redeemed")
			}
		} else {
			fmt.Println("tracked")
			gateway.Track(redeemed[0], func(code int, _ string) { fmt.Println("closed", code) })
			redeemed = redeemed[1:]
		}
	}
}
