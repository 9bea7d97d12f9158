module lab/rudder

go 1.22
