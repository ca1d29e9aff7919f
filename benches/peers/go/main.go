// The same service in Go: net/http, with its buffers from sync.Pool.
//
// It answers GET /data and POST /invoices as the handlers do, byte for byte where an order keeps the rules; what it says of
// one that does not is shorter.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/bits"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// The bounds of the Rust service.
const (
	maxBodyBytes  = 1 << 20
	retainedBytes = 256 << 10
)

type item struct {
	Sku         string `json:"sku"`
	Description string `json:"description"`
	Quantity    uint32 `json:"quantity"`
	UnitPrice   uint64 `json:"unit_price"`
}

type order struct {
	ID        string `json:"id"`
	Currency  string `json:"currency"`
	TaxRateBp uint32 `json:"tax_rate_bp"`
	Items     []item `json:"items"`
}

type line struct {
	Sku         string `json:"sku"`
	Description string `json:"description"`
	Quantity    uint32 `json:"quantity"`
	UnitPrice   uint64 `json:"unit_price"`
	Total       uint64 `json:"total"`
}

type invoice struct {
	OrderID   string `json:"order_id"`
	Currency  string `json:"currency"`
	Lines     []line `json:"lines"`
	Subtotal  uint64 `json:"subtotal"`
	TaxRateBp uint32 `json:"tax_rate_bp"`
	Tax       uint64 `json:"tax"`
	Total     uint64 `json:"total"`
}

// scratch is what a request needs beside its answer.
type scratch struct {
	body    bytes.Buffer
	order   order
	invoice invoice
}

var (
	answers   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	scratches = sync.Pool{New: func() any { return new(scratch) }}
)

func answer() *bytes.Buffer {
	buffer := answers.Get().(*bytes.Buffer)
	buffer.Reset()
	return buffer
}

func release(buffer *bytes.Buffer) {
	if buffer.Cap() <= retainedBytes {
		answers.Put(buffer)
	}
}

func send(w http.ResponseWriter, contentType string, buffer *bytes.Buffer) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(buffer.Len()))
	// A client that has gone needs no answer.
	_, _ = w.Write(buffer.Bytes())
}

func data(w http.ResponseWriter, _ *http.Request) {
	buffer := answer()
	defer release(buffer)
	for i := range 100 {
		buffer.WriteByte('a' + byte(i%26))
	}
	send(w, "text/plain", buffer)
}

func refuse(w http.ResponseWriter, status int, code string, err error) {
	message, _ := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": err.Error()}})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(message)
}

func invoices(w http.ResponseWriter, r *http.Request) {
	s := scratches.Get().(*scratch)
	defer func() {
		if s.body.Cap() <= retainedBytes {
			scratches.Put(s)
		}
	}()
	s.body.Reset()
	if _, err := s.body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBodyBytes)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			refuse(w, http.StatusRequestEntityTooLarge, "body_too_large", err)
		} else {
			refuse(w, http.StatusBadRequest, "broken_body", err)
		}
		return
	}
	clear(s.order.Items[:cap(s.order.Items)])
	s.order = order{Items: s.order.Items[:0]}
	decoder := json.NewDecoder(&s.body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s.order); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			refuse(w, http.StatusBadRequest, "malformed_json", err)
		} else {
			refuse(w, http.StatusUnprocessableEntity, "not_an_order", err)
		}
		return
	}
	if err := price(&s.order, &s.invoice); err != nil {
		refuse(w, http.StatusUnprocessableEntity, "rule", err)
		return
	}
	buffer := answer()
	defer release(buffer)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(&s.invoice); err != nil {
		refuse(w, http.StatusInternalServerError, "encoding", err)
		return
	}
	// The encoder ends with a newline that the answer has not.
	buffer.Truncate(buffer.Len() - 1)
	send(w, "application/json", buffer)
}

var errOverflow = errors.New("the sum does not fit in 64 bits")

// price fills the invoice: totals in the minor unit, the tax rounded half up.
func price(o *order, v *invoice) error {
	if o.ID == "" || len(o.Currency) != 3 || o.TaxRateBp > 10_000 || len(o.Items) == 0 {
		return errors.New("the order breaks a rule")
	}
	v.OrderID, v.Currency, v.TaxRateBp, v.Lines = o.ID, o.Currency, o.TaxRateBp, v.Lines[:0]
	v.Subtotal = 0
	for _, i := range o.Items {
		if i.Sku == "" || i.Quantity == 0 {
			return errors.New("the order breaks a rule")
		}
		high, total := bits.Mul64(uint64(i.Quantity), i.UnitPrice)
		var carry uint64
		v.Subtotal, carry = bits.Add64(v.Subtotal, total, 0)
		if high != 0 || carry != 0 {
			return errOverflow
		}
		v.Lines = append(v.Lines, line{i.Sku, i.Description, i.Quantity, i.UnitPrice, total})
	}
	high, low := bits.Mul64(v.Subtotal, uint64(o.TaxRateBp))
	low, carry := bits.Add64(low, 5_000, 0)
	// The rate is at most 10 000, so the quotient fits.
	v.Tax, _ = bits.Div64(high+carry, low, 10_000)
	if v.Total, carry = bits.Add64(v.Subtotal, v.Tax, 0); carry != 0 {
		return errOverflow
	}
	return nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "where to listen; port 0 has the system choose one")
	flag.Parse()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /data", data)
	mux.HandleFunc("POST /invoices", invoices)
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       40 * time.Second,
		WriteTimeout:      40 * time.Second,
		IdleTimeout:       time.Minute,
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		panic(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-stop.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		panic(err)
	}
	<-stopped
}
