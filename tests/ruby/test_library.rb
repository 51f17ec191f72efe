# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Loading plugins, and the failures of those that are refused.
class TestLibrary < Minitest::Test
  # Keyed by the numbers in tests/abi/plugins/faults.h.
  FAULTS = {
    1 => /does not export the symbol gql_plugin_entry_v0/, 2 => /version 3 of the plugin ABI/, 3 => /does not support a host/,
    4 => /struct_size is 4/, 5 => /struct_size is 120/, 6 => /struct_size is 128/, 7 => /ABI 9\.2/, 8 => /ABI 0\.7/, 9 => /id is missing/,
    10 => /reverse domain/, 11 => /name is missing/, 12 => /version is missing/, 13 => /licence is missing/,
    14 => /schema is missing/, 15 => /config_schema is not JSON/, 16 => /config_schema is not a JSON object/,
    17 => /init is missing/, 18 => /deinit is missing/, 19 => /create is missing/, 20 => /drain is missing/,
    21 => /destroy is missing/, 22 => /gql_schema.struct_size/, 23 => /parts is NULL/, 24 => /parts\[0\] is NULL/,
    25 => /parts\[0\]\.struct_size is 8, too small/, 26 => /parts\[0\] has no sdl/, 27 => /resolvers\[0\] is NULL/,
    28 => /resolvers\[0\]\.struct_size is 8, too small/, 29 => /resolvers\[0\] has no field/, 30 => /resolvers\[0\] has no resolve/,
    31 => /loaders\[0\] is NULL/, 32 => /loaders\[0\]\.struct_size is 8, too small/, 33 => /loaders\[0\] has no load/,
    34 => /references\[0\] is NULL/, 41 => /gql_schema\.reserved is 1, not 0/, 83 => /the licence has run out/, 84 => /code -6 and gave no reason/,
    85 => /42, which is not a code/, 86 => /x{1016}\z/, 90 => /no instance/,
    107 => /resolvers\[0\]\.struct_size is 32, too small/, 108 => /loaders\[0\]\.struct_size is 24, too small/,
    109 => /gql_plugin has the flags 0x00100000, which this host must understand/, 110 => /resolvers\[0\]\.reserved is 1, not 0/,
    111 => /resolvers\[0\] has the flags 0x40000000, which this host must understand/
  }.freeze

  # An unknown kind of part, an unknown flag that may be ignored, a larger struct, a resident plugin.
  VALID = [0, 42, 43, 59, 123].freeze

  def setup
    @runtime = Gql::Runtime.new(name: 'tests', version: '1.0.0')
    @folder = Dir.mktmpdir
  end

  def teardown
    FileUtils.remove_entry(@folder)
  end

  def failure_of(path)
    error = assert_raises(Gql::Refused) { Gql::Library.new(@runtime, path).create({}) }
    assert error.message.start_with?(path), error.message
    error.message
  end

  def file(name, content)
    File.join(@folder, name).tap { |path| File.binwrite(path, content) }
  end

  def test_every_faulty_plugin_is_refused_with_its_fault
    FAULTS.each { |number, said| assert_match said, failure_of(File.join(BUILD, "tests/abi/faulty_#{number}.so")) }
  end

  def test_what_a_host_may_ignore_is_loaded
    VALID.each do |number|
      2.times do
        library = Gql::Library.new(@runtime, File.join(BUILD, "tests/abi/faulty_#{number}.so"))
        assert_equal 'org.example.faulty', library.plugin.id, number
        library.create({}).close
        library.close
      end
    end
  end

  def test_a_plugin_for_version_0_1_is_refused
    assert_match(/written for plugin ABI 0\.1, but this host speaks 0\.2|does not support a host of plugin ABI 0\.2/,
                 failure_of(File.join(BUILD, 'tests/abi/frozen/hello_0.1.so')))
  end

  def test_plugins_built_with_the_header_of_0_2_and_with_a_later_one_are_loaded
    %w[0.2 today grown].each do |version|
      library = Gql::Library.new(@runtime, File.join(BUILD, "tests/abi/frozen/plugin_#{version}.so"))
      refute_empty library.plugin.resolvers
      library.create({}).close
      library.close
    end
  end

  def test_files_that_are_not_plugins_are_refused
    code = File.binread(HELLO)
    assert_match(/not an ELF file/, failure_of(file('text.so', "not a library\n")))
    assert_match(/the file is empty/, failure_of(file('empty.so', '')))
    assert_match(/truncated within the ELF header/, failure_of(file('short.so', code[0, 40])))
    assert_match(/truncated: shorter/, failure_of(file('half.so', code[0, code.size / 4])))
    assert_match(/another machine: RISC-V \(64 bits, little endian\); this host needs a build for \S+ \(64 bits/,
                 failure_of(file('other.so', code.dup.tap { |text| text[18] = "\xf3".b })))
    assert_match(/another machine: Power \(64 bits, big endian\)/,
                 failure_of(file('other.so', code.dup.tap { |text| text[5] = "\2".b; text[18, 2] = "\0\x15".b })))
    assert_match(/not a shared object/, failure_of(file('object.so', code.dup.tap { |text| text[16] = "\x01".b })))
    assert_match(/libjansson\.so\.9: cannot open.*; install that library/,
                 failure_of(file('other.so', code.sub('libjansson.so.4'.b, 'libjansson.so.9'.b))))
    assert_match(/not a regular file/, failure_of(@folder))
    assert_match(/not a regular file/, failure_of(File.join(@folder, 'nowhere.so')))
  end

  def test_the_configuration_is_checked_by_the_plugin
    library = Gql::Library.new(@runtime, HELLO)
    error = assert_raises(Gql::Refused) { library.create({ 'nmae' => 1 }) }
    assert_match(/nmae/, error.message)
    library.close
  end

  def test_a_library_may_be_opened_again
    3.times do
      library = Gql::Library.new(@runtime, HELLO)
      instances = Array.new(3) { library.create({}) }
      instances.each(&:close)
      instances.each(&:close)
      library.close
    end
    assert_equal 0, @runtime.pending
  end

  def test_finding_plugins_in_a_folder
    %w[b.so a.so .hidden.so c.so.bak d.txt].each { |name| file(name, '') }
    assert_equal %w[a.so b.so], Gql::Library.find(@folder).map { |path| File.basename(path) }
    assert_raises(Errno::ENOENT) { Gql::Library.find(File.join(@folder, 'nowhere')) }
  end
end
