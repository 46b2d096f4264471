using FsCheck;
using FsCheck.Fluent;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Valid attachments.</summary>
internal static class AttachmentGenerators
{
    public static Gen<WrittenAttachment> Attachments { get; } =
        from container in NetworkGenerators.Identifiers
        from netns in Gen.OneOf(Gen.Constant(""),
            JsonGenerators.Texts.Select(text => $"/{text}").Where(path => Identifier.NetworkNamespaceProblem(path) is null))
        from ifname in InterfaceNames()
        from arguments in JsonGenerators.UpTo(3, Arguments())
        from capabilities in Capabilities()
        select new WrittenAttachment(container, netns, ifname, arguments, capabilities);

    /// <summary>CNI_ARGS of any characters, valid or not.</summary>
    public static Gen<KeyValuePair<string, string>> AnyArguments { get; } =
        from key in ArgumentTexts()
        from value in ArgumentTexts()
        select KeyValuePair.Create(key, value);

    private static Gen<string> InterfaceNames() => Gen.OneOf(Gen.Elements("eth0", "eth1", "a-b", "-"), JsonGenerators.Texts)
        .Where(name => Identifier.InterfaceNameProblem(name) is null);

    private static Gen<KeyValuePair<string, string>> Arguments() => AnyArguments
        .Where(said => said.Key.Length > 0 && !(said.Key + said.Value).Any(part => part is ';' or '=' or '\n' or '\0'));

    private static Gen<string> ArgumentTexts() => Gen.Frequency(
        (3, Gen.Elements("IP", "K8S_POD_NAME", "IgnoreUnknown", "web-1", "1")),
        (1, JsonGenerators.UpTo(4, Gen.OneOf(Gen.Elements(";", "=", "\n", "\0", "a", " "), JsonGenerators.Texts)).Select(string.Concat)));

    private static Gen<Json.Fields> Capabilities() =>
        from names in Gen.SubListOf(NetworkGenerators.Capabilities)
        from values in JsonGenerators.SomeValues.ListOf(names.Count)
        select new Json.Fields([.. names.Zip(values, (name, value) => new Json.Field(name, value))]);
}
