module handlerbench.example/peer

go 1.22
