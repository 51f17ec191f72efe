# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # An answer of HTTP in place of one of GraphQL; the message is for the client.
  class Refusal < StandardError
    attr_reader :status, :headers

    def initialize(status, message, headers = {})
      super(message)
      @status = status
      @headers = headers
    end
  end
end
