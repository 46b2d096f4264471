using System.Diagnostics;

namespace Bridge.Adapter.Tests.Cli.Completion;

/// <summary>
/// The scripts in the shells that they are for: a person's keys reach them through a pseudo terminal, which zsh provides, and another key
/// prints the line.
/// </summary>
public sealed class ShellTests : DaemonCommandTest
{
    private const string Driver = """
        zmodload zsh/zpty
        cd $HOME
        ask() {
            zpty -w -n shell $'\x15'"$1"$'\t\x14'
            zpty -r shell out $'*\nLINE<*>*'
            out=${out#*LINE<}
            print -r -- "${out%%>*}"
        }
        """;

    private const string Bash = """
        zpty shell 'TERM=dumb bash --norc --noprofile -i'
        zpty -w shell 'bind "set enable-bracketed-paste off"; source <(cnm-cni completion bash); bind -x "\"\\C-t\": printf \"\nLINE<%s>\n\" \"\$READLINE_LINE\""; echo rea""dy'
        zpty -r shell out '*ready*'
        """;

    private const string Zsh = """
        zpty shell 'TERM=dumb zsh -f -i'
        zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(cnm-cni completion zsh); dump() { print -r -- $'"'\\nLINE<'"'"$BUFFER>" }; zle -N dump; bindkey -e; bindkey "^T" dump; echo rea""dy'
        zpty -r shell out '*ready*'
        """;

    private string Home => Path.Combine(Path.GetDirectoryName(ConfigFile)!, "home");

    [Theory]
    [InlineData("bash", Bash)]
    [InlineData("zsh", Zsh)]
    public async Task The_key_completes_a_line(string shell, string start)
    {
        Prepare(shell, "zsh");
        (string Typed, string Line)[] lines =
        [
            ("cnm-cni stat", "cnm-cni status "),
            ("cnm-cni networks create --ipam=n", "cnm-cni networks create --ipam=null "),
            ("FOO=1 cnm-cni serve --log", "FOO=1 cnm-cni serve --log-file "),
            ("cnm-cni serve --config pl", "cnm-cni serve --config plain.yaml "),
            ("cnm-cni serve --config=pl", "cnm-cni serve --config=plain.yaml "),
            ("cnm-cni serve --config \"a fi", "cnm-cni serve --config \"a file.yaml\" "),
            ("cnm-cni man --output ro", "cnm-cni man --output rooms/"),
            ($"cnm-cni check --config {ConfigFile} two", $"cnm-cni check --config {ConfigFile} two\\ words "),
            ($"cnm-cni check --config {ConfigFile} \"two", $"cnm-cni check --config {ConfigFile} \"two words\" "),
            ($"cnm-cni check --config {ConfigFile} it", $"cnm-cni check --config {ConfigFile} it\\'s "),
            ($"cnm-cni check --config {ConfigFile} dol", $"cnm-cni check --config {ConfigFile} dollar\\$x "),
            ($"cnm-cni check --config {ConfigFile} co", $"cnm-cni check --config {ConfigFile} co:lon "),
            ("cnm-cni check $(touch touched) ", "cnm-cni check $(touch touched) "),
        ];

        var script = $"{Driver}\n{start}\n{string.Join('\n', lines.Select(line => $"ask {Quoted(line.Typed)}"))}\nzpty -d shell\n";
        (await RunAsync("zsh", script)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(lines.Select(line => line.Line));

        File.Exists(Path.Combine(Home, "touched")).Should().BeFalse("nothing on the line is executed");
    }

    [Fact]
    public async Task Fish_offers_the_same_with_descriptions()
    {
        Prepare("fish");

        (await RunAsync("fish", $"""
            cd $HOME
            cnm-cni completion fish | source
            complete -C 'cnm-cni settl'
            complete -C 'cnm-cni networks create --ipam=n'
            complete -C 'cnm-cni serve --config pl'
            complete -C 'cnm-cni man --output ro'
            complete -C 'cnm-cni check --config {ConfigFile} two'
            complete -C 'cnm-cni check --config {ConfigFile} it'
            """)).TrimEnd().Split('\n').Should().SatisfyRespectively(
            settle => settle.Should().StartWith("settle\tWait until"),
            ipam => ipam.Should().Be("--ipam=null"),
            file => file.Should().Be("plain.yaml"),
            directory => directory.Should().StartWith("rooms/"),
            container => container.Should().Be("two words\ton pods"),
            container => container.Should().Be("it's\ton pods"));
    }

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private void Prepare(params string[] shells)
    {
        foreach (var shell in shells)
            Assert.SkipUnless(File.Exists($"/usr/bin/{shell}"), $"{shell} is not installed");

        Daemon.Answers["POST /Bridge.Status"] = Answer(Attached.Containers("two words", "it's", "dollar$x", "co:lon"));
        Directory.CreateDirectory(Home);
        File.WriteAllText(Path.Combine(Home, "plain.yaml"), "");
        File.WriteAllText(Path.Combine(Home, "a file.yaml"), "");
        Directory.CreateDirectory(Path.Combine(Home, "rooms"));
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(Home, "bin")).FullName, "cnm-cni");
        File.WriteAllText(program, $"#!/bin/sh\nexec '{AppContext.BaseDirectory}cnm-cni' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task<string> RunAsync(string shell, string script)
    {
        var file = Path.Combine(Home, "script");
        await File.WriteAllTextAsync(file, script, Cancellation);
        using var process = Process.Start(new ProcessStartInfo(shell, shell == "zsh" ? ["-f", file] : [file])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["HOME"] = Home,
                ["CNM_CNI_COMPLETION_TIMEOUT"] = "60s",
                ["PATH"] = $"{Home}/bin:{Environment.GetEnvironmentVariable("PATH")}",
            },
        })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
            await process.WaitForExitAsync(Cancellation);
            return output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
