//! A service in this process, for a test to talk to.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use server::{Behind, Limits, Served, Server, Service, Stopped};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// A service that runs until this is dropped.
pub(crate) struct Running<H: 'static> {
    pub(crate) address: SocketAddr,
    pub(crate) service: Service<H>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Stopped>>,
}

/// Starts a service on two workers.
pub(crate) fn start<H: Served>(handler: H, limits: Limits) -> Running<H> {
    start_before(Behind::default(), handler, limits)
}

/// Starts a service with something behind it.
pub(crate) fn start_before<H: Served>(behind: Behind, handler: H, limits: Limits) -> Running<H> {
    let (started, running) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let any = (Ipv4Addr::LOCALHOST, 0).into();
            let service = Service::before(behind, handler, limits);
            let server = Server::of(service, any).expect("a free port");
            let running = (server.address(), server.service().clone());
            started.send(running).expect("the test waits");
            server
                .run(async {
                    // Dropped or told: it stops.
                    let _ = stopped.await;
                })
                .await
        })
    });
    let (address, service) = running.recv().expect("the service starts");
    Running {
        address,
        service,
        stop: Some(stop),
        thread: Some(thread),
    }
}

impl<H> Drop for Running<H> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let stopped = thread.join();
            // A test that has failed already has said so.
            assert!(
                stopped.is_ok() || thread::panicking(),
                "the service panicked"
            );
        }
    }
}
