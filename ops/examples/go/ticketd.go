// Admits WebSocket clients and other requests by their ticket. One file without dependencies: copy it into your program.

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Close codes, which ticketd/client understands.
const (
	CloseRevoked        = 4001
	CloseSessionExpired = 4003
	CloseTryAgainLater  = 1013
)

const (
	redeemPath     = "/api/v1/auth/ws-ticket/redeem"
	feedPath       = "/api/v1/auth/revocations"
	protocolHeader = "Sec-WebSocket-Protocol"
	protocolPrefix = "ticketd."

	redeemTimeout = 2 * time.Second
	// Until the headers of the response arrive.
	feedTimeout = 5 * time.Second
	// ticketd sends a comment at least every 10 s.
	feedSilence   = 25 * time.Second
	feedRetryMin  = 100 * time.Millisecond
	feedRetryMax  = 2 * time.Second
	maxRetryAfter = 30 * time.Second
	reportAfter   = 5 * time.Second
	keepEntries   = 60 * time.Second
	resetSpread   = 60 * time.Second
)

// Admission says who a client is: the response to a redeem.
type Admission struct {
	Active             bool     `json:"active"`
	Issuer             *string  `json:"issuer"`
	Subject            string   `json:"subject"`
	SessionID          *string  `json:"sessionId"`
	Audience           *string  `json:"audience"`
	Channel            *string  `json:"channel"`
	SessionExpiresIn   float64  `json:"sessionExpiresIn"`
	RevocationKeys     []string `json:"revocationKeys"`
	RevocationPosition string   `json:"revocationPosition"`
	TraceID            string   `json:"traceId"`

	redeemedAt time.Time
}

// Refused says why a client gets no socket: the status is 401, 403 or 503.
type Refused struct {
	Status    int
	ErrorCode string
}

func (refused *Refused) Error() string { return refused.ErrorCode }

var (
	errMissing        = &Refused{http.StatusUnauthorized, "WS_TICKET_MISSING"}
	errNotRedeemable  = &Refused{http.StatusForbidden, "WS_TICKET_NOT_REDEEMABLE"}
	errOutcomeUnknown = &Refused{http.StatusServiceUnavailable, "WS_TICKET_OUTCOME_UNKNOWN"}
)

// Source says where a request comes from. A header that the request does not have is nil.
type Source struct {
	// The header Origin. FetchSite and Host count only without it.
	Origin *string `json:"origin"`
	// What precedes "?" in the target of the request, as the client sent it.
	Path string `json:"path,omitempty"`
	// The headers Sec-Fetch-Site and X-Forwarded-Host.
	FetchSite *string `json:"fetchSite,omitempty"`
	Host      *string `json:"host,omitempty"`
}

type redemption struct {
	Ticket   string `json:"ticket"`
	Audience string `json:"audience,omitempty"`
	Source
}

// CloseFunc closes a socket. It must not wait for the client.
type CloseFunc func(code int, reason string)

type trackedSocket struct {
	admission Admission
	close     CloseFunc
	expiry    *time.Timer
}

type entry struct {
	at            time.Time
	position, key string
}

// Gateway redeems tickets, and closes sockets whose session ends.
type Gateway struct {
	url, key, audience string
	client             http.Client

	mutex     sync.Mutex
	sockets   map[*trackedSocket]struct{}
	socketsOf map[string]map[*trackedSocket]struct{}
	entries   []entry
	// The position of the last entry, and the one from which on no entry is missing.
	position, completeFrom string
	// Why the feed does not work, and what reports it; nil while it works.
	feedProblem error
	delay       *time.Timer
	reported    bool
}

// NewGateway makes a gateway, which follows revocations from now on. The URL is that of ticketd's internal listener, the
// key one of its GATEWAY_KEYS.
func NewGateway(url, key, audience string) *Gateway {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// ticketd closes idle connections after 75 s. A request on one that it is closing would be lost.
	transport.IdleConnTimeout = 60 * time.Second
	transport.MaxIdleConnsPerHost = 100
	gateway := &Gateway{
		client:    http.Client{Transport: transport, CheckRedirect: refuseRedirect},
		url:       strings.TrimRight(url, "/"),
		key:       key,
		audience:  audience,
		sockets:   map[*trackedSocket]struct{}{},
		socketsOf: map[string]map[*trackedSocket]struct{}{},
	}
	gateway.feedLost(errors.New("there is no connection yet"))
	go gateway.readFeeds()
	return gateway
}

// A redirect could take the ticket and the key elsewhere.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

type admissionKey struct{}

// AdmissionOf returns who the client of an admitted request is.
func AdmissionOf(request *http.Request) Admission {
	admission, _ := request.Context().Value(admissionKey{}).(Admission)
	return admission
}

// Handler passes on requests with a ticket that can be redeemed, without their ticket, and refuses all others.
func (gateway *Gateway) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		source := sourceOf(request)
		admission, err := gateway.Redeem(request.Context(), takeTickets(request), source)
		if err != nil {
			refuse(response, err)
			return
		}
		next.ServeHTTP(response, request.WithContext(context.WithValue(request.Context(), admissionKey{}, admission)))
	})
}

// takeTickets removes the tickets from a request, so that no log has them.
func takeTickets(request *http.Request) (tickets []string) {
	var pairs []string
	for _, pair := range strings.Split(request.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err != nil || decoded != "ticket" {
			pairs = append(pairs, pair)
		} else if ticket, err := url.QueryUnescape(value); err == nil {
			tickets = append(tickets, ticket)
		} else {
			tickets = append(tickets, value)
		}
	}
	request.URL.RawQuery = strings.Join(pairs, "&")
	request.RequestURI = request.URL.RequestURI()
	var protocols []string
	for _, protocol := range strings.Split(strings.Join(request.Header.Values(protocolHeader), ","), ",") {
		protocol = strings.TrimSpace(protocol)
		if strings.HasPrefix(protocol, protocolPrefix) {
			tickets = append(tickets, strings.TrimPrefix(protocol, protocolPrefix))
		} else if protocol != "" {
			protocols = append(protocols, protocol)
		}
	}
	request.Header.Del(protocolHeader)
	if len(protocols) > 0 {
		request.Header.Set(protocolHeader, strings.Join(protocols, ", "))
	}
	return tickets
}

func sourceOf(request *http.Request) Source {
	path, _, _ := strings.Cut(request.RequestURI, "?")
	if origin := headerOf(request, "Origin"); origin != nil {
		return Source{Origin: origin, Path: path}
	}
	// Browsers send no Origin with a GET of the same origin, a link or an image.
	fetchSite, host := headerOf(request, "Sec-Fetch-Site"), headerOf(request, "X-Forwarded-Host")
	return Source{Path: path, FetchSite: fetchSite, Host: host}
}

// headerOf joins the values of a repeated header: then it equals none that ticketd accepts.
func headerOf(request *http.Request, name string) *string {
	values := request.Header.Values(name)
	if len(values) == 0 {
		return nil
	}
	joined := strings.Join(values, ", ")
	return &joined
}

func refuse(response http.ResponseWriter, err error) {
	refused := errOutcomeUnknown
	errors.As(err, &refused)
	log.Printf("handshake refused: %s", refused.ErrorCode)
	response.Header().Set("Content-Type", "application/json")
	if refused.Status == http.StatusServiceUnavailable {
		response.Header().Set("Retry-After", "2")
	}
	response.WriteHeader(refused.Status)
	fmt.Fprintf(response, "{\"errorCode\":%q}", refused.ErrorCode)
}

// Redeem returns who the client is, once for each ticket, or a *Refused. Never retry it: the ticket may be used.
func (gateway *Gateway) Redeem(ctx context.Context, tickets []string, source Source) (Admission, error) {
	switch len(tickets) {
	case 0:
		return Admission{}, errMissing
	case 1:
	default:
		return Admission{}, errNotRedeemable
	}
	position := gateway.lastPosition()
	ctx, cancel := context.WithTimeout(ctx, redeemTimeout)
	defer cancel()
	status, body, err := gateway.post(ctx, redemption{tickets[0], gateway.audience, source})
	if err == nil && status == http.StatusBadRequest && errorCodeOf(body) == "BAD_REQUEST" {
		// An older ticketd refuses members that it does not know, and does not touch the ticket.
		status, body, err = gateway.post(ctx, redemption{tickets[0], gateway.audience, Source{Origin: source.Origin}})
	}
	if err != nil {
		log.Printf("redeem failed: %v", err)
		return Admission{}, errOutcomeUnknown
	}
	switch status {
	case http.StatusOK:
		admission := Admission{redeemedAt: time.Now()}
		if err := json.Unmarshal(body, &admission); err != nil || !admission.Active {
			log.Printf("redeem failed: the response is not valid")
			return Admission{}, errOutcomeUnknown
		}
		if admission.RevocationPosition == "" {
			// A ticketd that cannot read revocations gives no position.
			admission.RevocationPosition = position
		}
		return admission, nil
	case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
		return Admission{}, errNotRedeemable
	}
	log.Printf("redeem failed: ticketd returned %d", status)
	return Admission{}, errOutcomeUnknown
}

func (gateway *Gateway) post(ctx context.Context, fields redemption) (status int, body []byte, err error) {
	text, err := json.Marshal(fields)
	if err != nil {
		return 0, nil, err
	}
	// net/http sends a POST again only if it has sent no byte of it, so that ticketd gets the ticket once.
	response, err := gateway.send(ctx, http.MethodPost, redeemPath, bytes.NewReader(text), nil)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

func errorCodeOf(body []byte) string {
	var fields struct{ ErrorCode string }
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	return fields.ErrorCode
}

func (gateway *Gateway) send(
	ctx context.Context, method, path string, body io.Reader, headers map[string]string,
) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, gateway.url+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+gateway.key)
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	return gateway.client.Do(request)
}

// Track closes a socket when its session is revoked or expires. Call the returned function when the socket has closed.
func (gateway *Gateway) Track(admission Admission, close CloseFunc) (forget func()) {
	socket := &trackedSocket{admission: admission, close: close}
	gateway.mutex.Lock()
	gateway.sockets[socket] = struct{}{}
	for _, key := range admission.RevocationKeys {
		if gateway.socketsOf[key] == nil {
			gateway.socketsOf[key] = map[*trackedSocket]struct{}{}
		}
		gateway.socketsOf[key][socket] = struct{}{}
	}
	// A shorter limit than the longest time.Duration, which some expiries exceed.
	expiresIn := time.Duration(min(admission.SessionExpiresIn, 1e9) * float64(time.Second))
	socket.expiry = time.AfterFunc(expiresIn, func() { gateway.close(socket, CloseSessionExpired, "session ended") })
	code, reason := gateway.checkLate(admission)
	gateway.mutex.Unlock()
	if code != 0 {
		gateway.close(socket, code, reason)
	}
	return func() { gateway.forget(socket) }
}

func min(a, b float64) float64 {
	if a < b {
		return a
	}
	return b
}

// checkLate says how to close a socket whose session was revoked before it was tracked.
func (gateway *Gateway) checkLate(admission Admission) (code int, reason string) {
	if time.Since(admission.redeemedAt) > keepEntries {
		return CloseTryAgainLater, "too late"
	}
	position := admission.RevocationPosition
	for _, late := range gateway.entries {
		for _, key := range admission.RevocationKeys {
			if late.key == key && late.position > position {
				return CloseRevoked, "session revoked"
			}
		}
	}
	if gateway.isIncomplete(admission) {
		return CloseTryAgainLater, "revocations may be missing"
	}
	return 0, ""
}

func (gateway *Gateway) close(socket *trackedSocket, code int, reason string) {
	if gateway.forget(socket) {
		socket.close(code, reason)
	}
}

// forget reports whether the socket was still tracked.
func (gateway *Gateway) forget(socket *trackedSocket) bool {
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	if _, tracked := gateway.sockets[socket]; !tracked {
		return false
	}
	delete(gateway.sockets, socket)
	for _, key := range socket.admission.RevocationKeys {
		delete(gateway.socketsOf[key], socket)
		if len(gateway.socketsOf[key]) == 0 {
			delete(gateway.socketsOf, key)
		}
	}
	socket.expiry.Stop()
	return true
}

func (gateway *Gateway) readFeeds() {
	for {
		wait, err := gateway.readFeed()
		gateway.feedLost(err)
		time.Sleep(wait + feedRetryMin + time.Duration(rand.Float64()*float64(feedRetryMax-feedRetryMin)))
	}
}

// readFeed reads events until the feed ends, then returns why, and how long another attempt cannot help.
func (gateway *Gateway) readFeed() (wait time.Duration, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	silence := time.AfterFunc(feedTimeout, cancel)
	defer silence.Stop()
	defer func() {
		if ctx.Err() != nil {
			err = errors.New("ticketd sends nothing")
		}
	}()
	headers := map[string]string{"Accept": "text/event-stream"}
	last := gateway.resumeFrom()
	if last != "" {
		headers["Last-Event-ID"] = last
	}
	response, err := gateway.send(ctx, http.MethodGet, feedPath, nil, headers)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return retryAfterOf(response), errors.New("ticketd returned " + strconv.Itoa(response.StatusCode))
	}
	lines := bufio.NewReader(response.Body)
	event := map[string]string{}
	for {
		silence.Reset(feedSilence)
		line, err := lines.ReadString('\n')
		if err != nil {
			return 0, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line != "" {
			name, value, _ := strings.Cut(line, ":")
			event[name] = strings.TrimPrefix(value, " ")
			continue
		}
		if event["id"] != "" {
			gateway.feedWorks()
			gateway.take(event, last)
		}
		event = map[string]string{}
	}
}

func retryAfterOf(response *http.Response) time.Duration {
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(float64(seconds), maxRetryAfter.Seconds())) * time.Second
}

// feedLost reports once, after a while, that logouts close no socket.
func (gateway *Gateway) feedLost(err error) {
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	if gateway.delay == nil {
		gateway.delay = time.AfterFunc(reportAfter, gateway.reportDelay)
	}
	gateway.feedProblem = err
}

func (gateway *Gateway) reportDelay() {
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	if gateway.delay != nil {
		gateway.reported = true
		log.Printf("revocations are delayed: %v", gateway.feedProblem)
	}
}

func (gateway *Gateway) feedWorks() {
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	if gateway.delay == nil {
		return
	}
	gateway.delay.Stop()
	if gateway.reported {
		log.Print("revocations arrive again")
	}
	gateway.delay, gateway.reported = nil, false
}

func (gateway *Gateway) lastPosition() string {
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	return gateway.position
}

// resumeFrom returns the position of the last entry, else the lowest of the open sockets.
func (gateway *Gateway) resumeFrom() string {
	lowest := gateway.lastPosition()
	if lowest != "" {
		return lowest
	}
	gateway.mutex.Lock()
	defer gateway.mutex.Unlock()
	for socket := range gateway.sockets {
		position := socket.admission.RevocationPosition
		if position != "" && (lowest == "" || position < lowest) {
			lowest = position
		}
	}
	return lowest
}

func (gateway *Gateway) take(event map[string]string, resumedFrom string) {
	position := event["id"]
	gateway.mutex.Lock()
	gateway.position = position
	if event["event"] == "reset" {
		gateway.completeFrom = position
		sockets := gateway.allSockets()
		gateway.mutex.Unlock()
		gateway.closeSlowly(sockets)
		return
	}
	var incomplete, revoked []*trackedSocket
	if gateway.completeFrom == "" {
		gateway.completeFrom = position
		if resumedFrom != "" {
			gateway.completeFrom = resumedFrom
		}
		incomplete = gateway.incompleteSockets()
	}
	if event["event"] == "revoked" {
		revoked = gateway.revoke(position, event["data"])
	}
	gateway.mutex.Unlock()
	for _, socket := range incomplete {
		gateway.close(socket, CloseTryAgainLater, "revocations may be missing")
	}
	for _, socket := range revoked {
		log.Printf("session revoked: subject %s", socket.admission.Subject)
		gateway.close(socket, CloseRevoked, "session revoked")
	}
}

// incompleteSockets returns the sockets that were tracked before the feed began, and that a missed entry may close.
func (gateway *Gateway) incompleteSockets() (sockets []*trackedSocket) {
	for socket := range gateway.sockets {
		if gateway.isIncomplete(socket.admission) {
			sockets = append(sockets, socket)
		}
	}
	return sockets
}

func (gateway *Gateway) isIncomplete(admission Admission) bool {
	return admission.RevocationPosition != "" && admission.RevocationPosition < gateway.completeFrom
}

// revoke keeps an entry and returns the sockets that it closes.
func (gateway *Gateway) revoke(position, data string) (revoked []*trackedSocket) {
	var revocation struct{ Key string }
	if err := json.Unmarshal([]byte(data), &revocation); err != nil {
		return nil
	}
	now := time.Now()
	for len(gateway.entries) > 0 && now.Sub(gateway.entries[0].at) > keepEntries {
		gateway.entries = gateway.entries[1:]
	}
	gateway.entries = append(gateway.entries, entry{now, position, revocation.Key})
	for socket := range gateway.socketsOf[revocation.Key] {
		if position > socket.admission.RevocationPosition {
			revoked = append(revoked, socket)
		}
	}
	return revoked
}

func (gateway *Gateway) allSockets() (sockets []*trackedSocket) {
	for socket := range gateway.sockets {
		sockets = append(sockets, socket)
	}
	return sockets
}

func (gateway *Gateway) closeSlowly(sockets []*trackedSocket) {
	log.Printf("revocations may be missing: closing %d sockets", len(sockets))
	for _, socket := range sockets {
		socket := socket
		time.AfterFunc(time.Duration(rand.Float64()*float64(resetSpread)), func() {
			gateway.close(socket, CloseTryAgainLater, "revocations may be missing")
		})
	}
}
