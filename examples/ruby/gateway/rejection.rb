# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # Rejects a request with an HTTP status before it is executed. The client sees the message.
  class Rejection < StandardError
    attr_reader :status, :headers

    def initialize(status, message, headers = {})
      super(message)
      @status = status
      @headers = headers
    end
  end
end
