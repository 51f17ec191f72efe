# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'puma'
require 'puma/server'

module Gateway
  # Limits what a client can make Puma 5.6 store, and how long it can make it wait.
  #
  # - Puma stores a body of any length in a file before it calls the application. If a client announces far
  #   more than the application takes, this calls the application without the body, to be answered with 413,
  #   and closes the connection. If a client sends as much in chunks, this ends the connection with status 400.
  # - Puma grants the time for a request anew with each part that arrives. Here all parts together have it.
  # - Puma's reactor waits until the socket takes an interim response or an error. Here it does not wait.
  module LimitedClient
    MOST = 1 << 24 # Bytes. Up to here the application answers with 413.
    CONTINUE = '100-continue'

    def reset(*)
      @request_timeout_at = nil
      super
    end

    def set_timeout(seconds)
      super
      @timeout_at = @request_timeout_at ||= @timeout_at if begun?
    end

    def write_error(status)
      @io.write_nonblock(Puma::Const::ERROR_RESPONSE[status], exception: false)
    rescue SystemCallError, IOError
      nil # The client disconnected.
    end

    private

    # Whether a part of the next request has arrived.
    def begun?
      in_data_phase || @parsed_bytes.positive?
    end

    def setup_body
      size = env['CONTENT_LENGTH'].to_s
      return leave_body if size.match?(/\A\d+\z/) && size.to_i > MOST

      invite_body if env['HTTP_EXPECT'] == CONTINUE
      super
    end

    # Answers the expectation in place of Puma.
    def invite_body
      env.delete('HTTP_EXPECT')
      text = Puma::Const::HTTP_11_100
      written = @io.write_nonblock(text, exception: false)
      raise Puma::ConnectionError, 'The client reads no responses' unless written == text.bytesize
    rescue SystemCallError, IOError
      raise Puma::ConnectionError, 'The client disconnected'
    end

    # The instance variables are those of Puma for a request without a body.
    def leave_body
      env['HTTP_CONNECTION'] = 'close'
      @read_header = false
      @buffer = nil
      @body = Puma::Client::EmptyBody
      set_ready
      true
    end

    def write_chunk(text)
      raise Puma::HttpParserError, "a body of more than #{MOST} bytes" if @chunked_content_length + text.bytesize > MOST

      super
    end
  end
end

Puma::Client.prepend(Gateway::LimitedClient)
