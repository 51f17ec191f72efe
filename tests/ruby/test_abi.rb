# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gql/host_library'

# Compares the structs and constants in Ruby with the golden table of the header, and the rest with the header itself.
class TestAbi < Minitest::Test
  LINES = File.readlines(File.join(ROOT, 'tests/abi/layout.txt'), chomp: true).grep_v(/\A#/)
  HEADER = File.read(File.join(ROOT, 'abi/gql_plugin.h'))

  # gql_schema_part: SchemaPart
  def struct_of(name)
    Gql::Abi.const_get(name.delete_prefix('gql_').split('_').map(&:capitalize).join)
  end

  # GQL_CALL_SHAPED: CALL_SHAPED; GQL_CALL_SIZE_0_2: Call::SIZE_0_2
  def constant_of(name)
    struct, size = name.match(/\AGQL_(\w+)_(SIZE_\d+_\d+)\z/)&.captures
    size ? struct_of("gql_#{struct.downcase}").const_get(size) : Gql::Abi.const_get(name.delete_prefix('GQL_'))
  end

  def test_every_member_is_where_the_header_has_it
    members = LINES.grep(/\Agql_/).map(&:split)
    refute_empty members
    members.each do |place, offset, size|
      name, member = place.split('.')
      field = struct_of(name).new.layout[member.to_sym]
      assert_equal [offset.to_i, size.to_i], [field.offset, field.size], place
    end
  end

  def test_every_member_exists_in_the_header
    known = LINES.grep(/\Agql_/).map { |line| line[/\A\S+/] }
    structs = known.map { |place| place[/\A\w+/] }.uniq
    here = structs.flat_map { |name| struct_of(name).members.map { |member| "#{name}.#{member}" } }
    assert_equal known.sort, here.sort
    ours = Gql::Abi.constants.map { |name| Gql::Abi.const_get(name) }.select { |each| each.is_a?(Class) && each < Gql::Abi::Struct }
    assert_equal structs.map { |name| struct_of(name) }.sort_by(&:name), ours.sort_by(&:name)
  end

  # Those that a pool of instances needs of the host library's header.
  def test_every_member_of_the_host_library_is_where_its_header_has_it
    table = IO.popen(['python3', File.join(ROOT, 'tests/abi/layout.py'), File.join(ROOT, 'abi/gql_host.h'), 'cc'], &:readlines)
    { 'gql_runtime_options' => Gql::HostLibrary::RuntimeOptions, 'gql_answer' => Gql::HostLibrary::Answer,
      'gql_pool_options' => Gql::HostLibrary::PoolOptions, 'gql_pool_key' => Gql::HostLibrary::PoolKey }.each do |name, struct|
      members = struct.members.map { |member| "#{name}.#{member} #{struct.offset_of(member)} #{struct.new.layout[member].size}\n" }
      assert_equal table.grep(/\A#{name}\./), members
    end
  end

  def test_structs_have_no_padding_at_their_end
    LINES.grep(/\Agql_/).map { |line| line[/\A\w+/] }.uniq.each do |name|
      struct = struct_of(name)
      last = struct.new.layout[struct.members.last]
      assert_equal struct.size, (last.offset + last.size + 7) / 8 * 8, name
    end
  end

  def test_every_constant_has_the_value_of_the_header
    constants = LINES.grep(/\AGQL_/).map(&:split)
    refute_empty constants
    constants.each do |name, value|
      expected = value.start_with?('"') ? value[1..-2] : value.to_i
      assert_equal expected, constant_of(name), name
    end
  end

  def test_texts_of_the_header
    texts = HEADER.scan(/^#define GQL_(\w+) "(.*)"$/)
    assert_equal %w[EXT_CLOCK EXT_EVENTS EXT_HEALTH EXT_LOG EXT_METRICS PLUGIN_ENTRY_SYMBOL], texts.map(&:first).sort
    texts.each { |name, text| assert_equal text, Gql::Abi.const_get(name), name }
  end

  def test_members_beyond_the_size_of_a_struct_are_missing
    plugin = Gql::Abi::Plugin.make(id: Gql::Abi.bytes('x'), destroy: FFI::Pointer.new(1))
    plugin[:struct_size] = Gql::Abi::Plugin.offset_of(:destroy)
    assert_equal 'x', plugin.text(:id)
    refute plugin.has?(:destroy)
    assert_nil plugin.read(:destroy)
    assert_nil plugin.read(:homepage)
  end
end
