module welkin/conformance/go_sdk

go 1.18

require github.com/apache/cloudstack-go/v2 v2.16.1

require github.com/golang/mock v1.6.0 // indirect
