using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

/// <summary>CNI_ARGS, as its strictest reader parses it.</summary>
[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class PluginArgumentsProperties
{
    private static readonly PluginPath Nowhere = new(["/nonexistent"]);

    [Property]
    public void A_plugin_reads_every_argument_in_order(WrittenAttachment written)
    {
        var said =
            ReadLikeGo(
                PluginEnvironment.For(CniOperation.Add, Nowhere, written.Make()).Single(variable => variable.Key == "CNI_ARGS").Value);

        var begin = written.Arguments.Count == 0 || written.Arguments.Any(argument => argument.Key == "IgnoreUnknown") ? 0 : 1;
        said.Take(begin).Should().AllBeEquivalentTo(KeyValuePair.Create("IgnoreUnknown", "1"));
        said.Skip(begin).Should().Equal(written.Arguments);
    }

    [Property(MaxTest = 300)]
    public Property Only_what_a_plugin_could_not_read_is_refused() => Prop.ForAll(Arb.From(AttachmentGenerators.AnyArguments), argument =>
    {
        var isReadable = argument.Key.Length > 0 && !(argument.Key + argument.Value).Any(part => part is ';' or '=' or '\n' or '\0');
        var attach = () => new Attachment("c1", "/run/netns/c1", "eth0", [argument]);

        if (isReadable)
            attach.Should().NotThrow();
        else
            attach.Should().Throw<CniException>().Which.Code.Should().Be(CniErrorCode.InvalidEnvironment);
    });

    private static IReadOnlyList<KeyValuePair<string, string>> ReadLikeGo(string text) => text.Length == 0
        ? []
        : [.. text.Split(';').Select(pair => pair.Split('=')).Select(parts =>
            parts.Length == 2 ? KeyValuePair.Create(parts[0], parts[1]) : throw new FormatException($"\"{text}\" is no list of pairs"))];
}
