using System.Diagnostics;
using System.Text;

namespace CniInvoker.Tests.Configuration;

/// <summary>Error texts for files address their author, not a programmer of this library.</summary>
public sealed class ConfigurationErrorTextTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cni-words-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("{\n  \"name\": \"n\",\n}\n", "line 3: invalid JSON: there is an extra comma before '}'")]
    [InlineData("""{"plugins":[{"type":"a"},]}""", "line 1: invalid JSON: there is an extra comma before ']'")]
    [InlineData("""{"a":1,,"b":2}""", "line 1: invalid JSON: there is an extra comma")]
    [InlineData("""{"a":1 "b":2}""", "line 1: invalid JSON: a comma is missing before '\"'")]
    [InlineData("""{"a":[1 2]}""", "line 1: invalid JSON: a comma is missing before 2")]
    [InlineData("""{"a" 1}""", "line 1: invalid JSON: a ':' is missing before '1'")]
    [InlineData("""{"a":}""", "line 1: invalid JSON: a value is missing before '}'")]
    [InlineData("""{a:1}""", "line 1: invalid JSON: the key a is not in double quotes")]
    [InlineData("""{'a':1}""", "line 1: invalid JSON: strings need double quotes (\"), not single quotes")]
    [InlineData("""{“a”:1}""", "line 1: invalid JSON: “ is not allowed outside strings; for a quote write \"")]
    [InlineData("""{"a":True}""", "line 1: invalid JSON: True is not a string in double quotes, a number, true, false or null")]
    [InlineData("""{"a":tru}""", "line 1: invalid JSON: tru is not a string in double quotes, a number, true, false or null")]
    [InlineData("""{"a":01}""", "line 1: invalid JSON: the number 01 starts with 0")]
    [InlineData("""{"a":1.}""", "line 1: invalid JSON: the number 1. is incomplete")]
    [InlineData("{\n\"a\":[1e400]}", "line 2: invalid JSON: the number 1e400 is too large for plugins to read")]
    [InlineData("{ // why\n}", "line 1: invalid JSON: JSON has no comments: remove them")]
    [InlineData("# why\n{}", "line 1: invalid JSON: JSON has no comments: remove them")]
    [InlineData("""{"a":[1}""", "line 1: invalid JSON: '}' does not match the open '['")]
    [InlineData("""{"a":1}}""", "line 1: invalid JSON: there is an extra '}'")]
    [InlineData("{\"a\":\n{\"b\":1}", "line 2: invalid JSON: it ends too early: a closing '}' is missing")]
    [InlineData("""{"a":["b" """, "line 1: invalid JSON: it ends too early: a closing ']' is missing")]
    [InlineData("""{"a":"b""", "line 1: invalid JSON: it ends inside a string: the closing '\"' is missing")]
    [InlineData("{\"a\":\"b\n\"}",
        "line 1: invalid JSON: a string continues past the end of its line: close it with '\"', or write the line break as \\n")]
    [InlineData(
        """{"a":"C:\x"}""",
        "line 1: invalid JSON: in a string only \", \\, /, b, f, n, r, t, or u with four hexadecimal digits may follow a \\; write \\\\ " +
        "for the character itself")]
    [InlineData("name: pods\n", "line 1: invalid JSON: name is not a string in double quotes, a number, true, false or null")]
    [Case(18, "broken-neighbour")]
    public void Invalid_JSON_is_reported_with_what_is_wrong(string text, string problem) =>
        FluentActions.Invoking(() => NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(text), "file"))
            .Should().Throw<CniConfigurationException>().Which.Problem.Should().Be(problem);

    [Fact]
    public void A_missing_directory_is_a_warning() =>
        new ConfigurationDirectory(PathOf("nope")).Load().Warnings.Should().Equal(
            new ConfigurationProblem(PathOf("nope"), "there is no such directory"));

    [Fact]
    public async Task The_error_for_a_missing_network_lists_the_ignored_files()
    {
        File.WriteAllText(PathOf("10-a.CONFLIST"), "{}");
        File.WriteAllText(PathOf("10-b.conflist.txt"), "{}");
        var client =
            new CniClient(
                new CniClientOptions { ConfigurationDirectory = _directory, PluginDirectories = [_directory],
                    StateDirectory = PathOf("state") });

        var add = () => client.AddAsync("a", new Attachment("c1", "/proc/self/ns/net", "eth0"), Cancellation);

        (await add.Should().ThrowAsync<CniException>()).Which.Msg.Should().Be(
            $"network \"a\" is not configured in {_directory}; files that do not end with .conflist, .conf, .json are ignored: " +
            $"10-a.CONFLIST, 10-b.conflist.txt");
        client.Networks().Warnings.Should().Equal(
            new ConfigurationProblem(PathOf("10-a.CONFLIST"), "it is ignored: write the extension in lower case, .conflist"));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_in_UTF_16_is_reported(string encoding)
    {
        File.WriteAllText(PathOf("a.conflist"), """{"name":"a"}""", Encoding.GetEncoding(encoding));

        Problem().Should().Be("the file is UTF-16; save it as UTF-8");
    }

    [Fact]
    public async Task A_pipe_among_the_files_blocks_nothing()
    {
        using var pipes = Process.Start("mkfifo", [PathOf("a.conflist"), PathOf("b.conf")]);
        await pipes.WaitForExitAsync(Cancellation);
        File.WriteAllText(PathOf("c.conf"), """{"name":"c","type":"a"}""");

        var contents = await Task.Run(() => new ConfigurationDirectory(_directory).Load(), Cancellation);

        contents.Networks.Select(network => network.Name).Should().Equal("c");
        contents.Problems.Select(problem => problem.Message).Should().AllBe(
            "the file cannot be read: it is a pipe, a socket, a device or a directory; remove it").And.HaveCount(2);
    }

    [Fact]
    public void A_broken_or_circular_link_or_one_to_a_device_is_reported()
    {
        File.CreateSymbolicLink(PathOf("a.conf"), "/nonexistent/a\u001b[31m");
        Problem().Should().Be("the file cannot be read: it is a link to /nonexistent/a [31m, which does not exist");

        File.Delete(PathOf("a.conf"));
        File.CreateSymbolicLink(PathOf("a.conf"), PathOf("a.conf"));
        Problem().Should().Be("the file cannot be read: it is a link that leads back to itself");

        File.Delete(PathOf("a.conf"));
        File.CreateSymbolicLink(PathOf("a.conf"), "/dev/zero");
        Problem().Should().StartWith("the file cannot be read: it is a pipe");
    }

    [Fact]
    public void A_file_over_the_limit_is_not_read()
    {
        using (var file = File.Create(PathOf("a.conf")))
            file.SetLength(3L << 30);

        Problem().Should().Be("the file cannot be read: it is larger than 4 MiB");
    }

    [Fact]
    public void A_file_that_every_user_may_write_to_is_a_warning()
    {
        File.WriteAllText(PathOf("a.conf"), """{"name":"a","type":"a"}""");
        File.WriteAllText(PathOf("b.conf"), """{"name":"b","type":"a"}""");
        new ConfigurationDirectory(_directory).Load().Warnings.Should().BeEmpty();

        File.SetUnixFileMode(PathOf("b.conf"), (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_111_111);

        new ConfigurationDirectory(_directory).Load().Warnings.Select(warning => warning.File).Should().Equal(_directory, PathOf("b.conf"));
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private string Problem() => new ConfigurationDirectory(_directory).Load().Problems.Should().ContainSingle().Subject.Message;
}
