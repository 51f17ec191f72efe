# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'puma'
require 'puma/server'
require_relative 'config'
require_relative 'outbox'

module Gateway
  # Puma's thread waits until the socket takes a whole response, up to 10 s for each write. This server gives
  # the outbox what the socket does not take at once, and its thread the next request. The methods override
  # those of Puma 5.6, which are private or internal.
  class UnblockedServer < Puma::Server
    def initialize(app, outbox, options)
      raise Config::Invalid, "Puma must be 5.6, not #{Puma::Const::VERSION}" unless Puma::Const::VERSION.start_with?('5.6.')

      super(app, Puma::Events.new($stderr, $stderr), options)
      @outbox = outbox
    end

    # Returns :async if the connection is no longer the caller's.
    def handle_request(client, *)
      rest = Thread.current[:gateway_rest] = String.new
      keep_alive = super
      return keep_alive if rest.empty? || keep_alive == :async

      @outbox.add(client.io, rest) { keep_alive ? take_back(client) : client.close }
      :async
    end

    private

    def fast_write(socket, text)
      rest = Thread.current[:gateway_rest]
      written = rest.empty? ? socket.write_nonblock(text, exception: false) : 0
      written = 0 if written == :wait_writable
      rest << text.b.byteslice(written..) if written < text.bytesize
    rescue SystemCallError, IOError
      raise Puma::ConnectionError, 'The client disconnected'
    end

    # Waits for the next request as Puma does after a response: on a thread if it has arrived, else in the reactor.
    def take_back(client)
      return client.close if shutting_down?
      return @thread_pool << client if client.reset(false)

      client.set_timeout(@persistent_timeout)
      client.close unless @reactor.add(client)
    rescue StandardError => e
      client_error(e, client)
      client.close
    end
  end
end
