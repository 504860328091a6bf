// A WebSocket server with gorilla/websocket behind the middleware of ticketd.go.

package main

import (
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/websocket"
)

// The ticket is bound to the Origin, and ticketd compares them.
var upgrader = websocket.Upgrader{
	CheckOrigin:  func(*http.Request) bool { return true },
	Subprotocols: []string{"chat"},
}

var gateway = NewGateway(os.Getenv("TICKETD_URL"), os.Getenv("GATEWAY_KEY"), "chat")

func chat(response http.ResponseWriter, request *http.Request) {
	log.Printf("%s %s", request.Method, request.RequestURI)
	admission := AdmissionOf(request)
	socket, err := upgrader.Upgrade(response, request, nil)
	if err != nil {
		return
	}
	defer socket.Close()
	forget := gateway.Track(admission, func(code int, reason string) {
		message := websocket.FormatCloseMessage(code, reason)
		socket.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second))
		// A client that does not confirm is disconnected.
		time.AfterFunc(2*time.Second, func() { socket.Close() })
	})
	defer forget()
	socket.WriteMessage(websocket.TextMessage, []byte("Hello, "+admission.Subject))
	for err == nil {
		_, _, err = socket.ReadMessage()
	}
}

func main() {
	handler := gateway.Handler(http.HandlerFunc(chat))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), handler))
}
