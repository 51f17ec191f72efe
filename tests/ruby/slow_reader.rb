# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'socket'
require 'timeout'

# A client of HTTP that reads only when it is told to. Its socket and that of the server together hold about 50 KB.
class SlowReader
  PATIENCE = 60 # Seconds for an event.

  def initialize(port)
    @socket = Socket.new(:INET, :STREAM)
    @socket.setsockopt(:SOCKET, :RCVBUF, 4096)
    @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_MAXSEG, 536) # The server's buffer depends on it.
    @socket.connect(Addrinfo.tcp('127.0.0.1', port).to_sockaddr)
    @buffer = String.new
  end

  def get(path, headers = '', version: '1.1')
    @socket.write("GET #{path} HTTP/#{version}\r\nhost: localhost\r\n#{headers}\r\n")
    self
  end

  def post(path, body)
    @socket.write("POST #{path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: #{body.bytesize}\r\n\r\n#{body}")
    self
  end

  # Returns when the answer has begun to arrive.
  def wait
    IO.select([@socket], nil, nil, PATIENCE) or raise 'no answer'
    self
  end

  # Returns the body of the next answer, or raises EOFError if it is cut.
  def read
    fill until (head, = @buffer.split("\r\n\r\n", 2)) && @buffer.include?("\r\n\r\n")
    @buffer = @buffer.byteslice(head.bytesize + 4..)
    size = Integer(head[/content-length: (\d+)/i, 1])
    fill while @buffer.bytesize < size
    @buffer.slice!(0, size)
  end

  # Returns what arrives until the connection is closed.
  def read_all
    loop { fill }
  rescue EOFError
    @buffer
  end

  def close
    @socket.close
  end

  private

  def fill
    wait
    @buffer << @socket.readpartial(65_536)
  end
end
