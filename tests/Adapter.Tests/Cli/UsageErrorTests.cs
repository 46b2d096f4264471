using System.CommandLine;
using Bridge.Adapter.Cli;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>
/// A command line that cannot be understood is answered with a sentence, and nothing on standard output but what is promised there.
/// </summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("server", "cnm-cni has no command server. Did you mean serve? cnm-cni --help lists the commands and options.")]
    [InlineData("stauts", "cnm-cni has no command stauts. Did you mean status? cnm-cni --help lists the commands and options.")]
    [InlineData("frobnicate", "cnm-cni has no command frobnicate. cnm-cni --help lists the commands and options.")]
    [InlineData("-v", "cnm-cni has no option -v. cnm-cni --help lists the commands and options.")]
    [InlineData("settings --json", "cnm-cni settings has no option --json. cnm-cni settings --help lists the commands and options.")]
    [InlineData("serve x", "\"x\" is one argument too many for cnm-cni serve. cnm-cni serve --help lists the commands and options.")]
    [InlineData("repair --forget --config FILE", "--forget needs ENDPOINT. cnm-cni repair --help lists the commands and options.")]
    [InlineData("settings --config ", "--config: the name of the file is empty. Leave --config out to run with the defaults")]
    [InlineData("reload ", "CONTAINER is empty. cnm-cni reload --help lists the commands and options.")]
    [InlineData("reload web ", "CONTAINER is empty. cnm-cni reload --help lists the commands and options.")]
    [InlineData("check ", "TARGET is empty. cnm-cni check --help lists the commands and options.")]
    [InlineData("log ", "TARGET is empty. cnm-cni log --help lists the commands and options.")]
    [InlineData("inspect ", "TARGET is empty. cnm-cni inspect --help lists the commands and options.")]
    [InlineData("test ", "NETWORK is empty. cnm-cni test --help lists the commands and options.")]
    public async Task The_error_names_the_wrong_word(string words, string sentence)
    {
        var (exitCode, output, error) = await RunAsync(words, Cancellation);

        exitCode.Should().Be(2);
        output.Should().BeEmpty();
        error.Should().Be($"{sentence}\n");
    }

    [Theory]
    [InlineData("cni", "cnm-cni cni needs a command: ")]
    [InlineData("cni foo", "cnm-cni cni has no command foo.")]
    [InlineData("cni lost", "cnm-cni cni has no command lost. Did you mean list?")]
    [InlineData("cni add", "cnm-cni cni add needs NET and NETNS.")]
    [InlineData("cni del pods", "cnm-cni cni del needs NETNS.")]
    [InlineData("cni gc pods --keep --config FILE", "--keep needs ID[/IFNAME].")]
    [InlineData("cni add pods /run/netns/a -e --config FILE", "--env needs NAME[=VALUE].")]
    public async Task The_commands_that_print_JSON_print_an_error_object(string words, string sentence)
    {
        var (exitCode, output, error) = await RunAsync(words, Cancellation);

        exitCode.Should().Be(2);
        error.Should().StartWith(sentence);
        var json = System.Text.Json.Nodes.JsonNode.Parse(output)!;
        ((int?)json["code"]).Should().Be(4);
        ((string?)json["msg"]).Should().StartWith(sentence);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("settings")]
    [InlineData("--help")]
    [InlineData("cni foo")]
    public async Task A_full_disk_behind_standard_output_is_told_in_a_sentence(string words)
    {
        await using var disk = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var full = new StreamWriter(disk, leaveOpen: true);
        full.AutoFlush = true;
        using var error = new StringWriter { NewLine = "\n" };
        var console = new InvocationConfiguration { Output = full, Error = error };

        var exitCode = await CommandLine.RunAsync(words.Split(' '), (_, _) => Task.FromResult(0), console, _ => null, Cancellation);

        exitCode.Should().Be(1);
        error.ToString().Should().Contain("Standard output cannot be written: ").And.EndWith("no space left on device.\n");
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string words, CancellationToken cancellationToken)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var console = new InvocationConfiguration { Output = output, Error = error };
        var exitCode = await CommandLine.RunAsync(words.Split(' '), (_, _) => Task.FromResult(0), console, _ => null, cancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
